"""`python -m dengmi.cli`."""

from dengmi.cli import main

if __name__ == "__main__":
    main()

"""Trees that were trained, as the product reads them."""

import lightgbm


def nodes(model: lightgbm.Booster) -> list[object]:
    """The trees of a model as files of the product hold them (`answer.trees`)."""

    def node(tree: dict) -> object:
        if "leaf_value" in tree:
            return round(tree["leaf_value"], 5)
        return [
            tree["split_feature"],
            float(f"{tree['threshold']:.5g}"),
            node(tree["left_child"]),
            node(tree["right_child"]),
        ]

    return [node(tree["tree_structure"]) for tree in model.dump_model()["tree_info"]]

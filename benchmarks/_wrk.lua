-- Asks the questions of a file, one JSON body a line, from a line on (from 0), over and over.
-- Prints what came of it. Arguments: path, file, first line, then names and values of headers.
local requests, at = {}, 0

function init(args)
  for line in io.lines(args[2]) do
    local headers = {["Content-Type"] = "application/json"}
    for n = 4, #args, 2 do headers[args[n]] = args[n + 1] end
    requests[#requests + 1] = wrk.format("POST", args[1], headers, line)
  end
  at = tonumber(args[3] or 0)
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  print(string.format("RESULT %d %d %d %d %d %d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    summary.errors.status + summary.errors.timeout + summary.errors.connect + summary.errors.read))
end

-- Post one motion after another: the lines of a file are the bodies. A third argument is an API key.
-- Prints the result as one line of JSON, for bench/servers.py.

local bodies = {}
local index = 0
local headers = { ["Content-Type"] = "application/json" }

function init(arguments)
   for line in io.lines(arguments[1]) do
      bodies[#bodies + 1] = line
   end
   index = tonumber(arguments[2])
   if arguments[3] then
      headers["Authorization"] = "Bearer " .. arguments[3]
   end
end

function request()
   index = index % #bodies + 1
   return wrk.format("POST", nil, headers, bodies[index])
end

function done(summary, latency)
   local errors = summary.errors
   local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
   io.write(string.format(
      '{"requests": %d, "seconds": %.3f, "failed": %d, "p50": %.3f, "p99": %.3f}\n',
      summary.requests, summary.duration / 1e6, failed,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end

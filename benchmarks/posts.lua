-- 32 keep-alive writers, one report a post. Bodies come from a file, one JSON object a line.
-- With BENCH_IDS each post carries a client_id of its own.
local requests = {}
local heads = {}
local tails = {}
local with_ids = os.getenv("BENCH_IDS") == "1"
local threads = 0
local at = 0
local made = 0
local prefix = ""

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")
  local run = os.getenv("BENCH_RUN")
  prefix = string.format('{"client_id":"%08x-%04x-4000-8000-', tonumber(run), number)
  for line in io.lines(os.getenv("BENCH_BODIES")) do
    requests[#requests + 1] = wrk.format(nil, "/api/reports", nil, line)
    -- ids are of one length: each request is made once, around the place of its number
    local body = prefix .. '############",' .. string.sub(line, 2)
    local whole = wrk.format(nil, "/api/reports", nil, body)
    local from, to = string.find(whole, "############", 1, true)
    heads[#heads + 1] = string.sub(whole, 1, from - 1)
    tails[#tails + 1] = string.sub(whole, to + 1)
  end
  at = number * 500
end

function request()
  at = at % #requests + 1
  if not with_ids then return requests[at] end
  made = made + 1
  return heads[at] .. string.format("%012x", made) .. tails[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "duration_us": %d, "refused": %d, "failed": %d, ' ..
    '"p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end

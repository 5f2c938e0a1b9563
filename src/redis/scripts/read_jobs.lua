-- Reads job hashes without the fields that can be large and that nobody needs here
-- (`result` and `exc_info` of a former run). Writes nothing.
-- KEYS none: job keys are derived (RQ does not run on a cluster either)
-- ARGV 1 bytes up to which the `data` field is included, -1 to leave it out; 2.. job ids, at most 250
-- Returns per job {type, PTTL, length of `data` or -1 when absent, {field, value, ...}}.
local most = tonumber(ARGV[1])
local with_data = most >= 0

-- Everything at once is the fast way; a hash with a former result is read by selected names.
local function read_all(key)
  local flat, fields, length = redis.call('HGETALL', key), {}, -1
  for i = 1, #flat, 2 do
    local name, value = flat[i], flat[i + 1]
    if name == 'data' then length = #value end
    if name ~= 'result' and name ~= 'exc_info' and (name ~= 'data' or length <= most) then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  return length, fields
end

local function read_selected(key)
  local wanted, fields, length = {}, {}, -1
  for _, name in ipairs(redis.call('HKEYS', key)) do
    if name == 'data' then length = redis.call('HSTRLEN', key, name) end
    if name ~= 'result' and name ~= 'exc_info' and (name ~= 'data' or length <= most) then
      wanted[#wanted + 1] = name
    end
  end
  -- In slices: a user's hash may have more fields than unpack() can push.
  for from = 1, #wanted, 1000 do
    local upto = math.min(from + 999, #wanted)
    local values = redis.call('HMGET', key, unpack(wanted, from, upto))
    for n = from, upto do
      fields[#fields + 1] = wanted[n]
      fields[#fields + 1] = values[n - from + 1]
    end
  end
  return length, fields
end

local out = {}
for i = 2, #ARGV do
  local key = 'rq:job:' .. ARGV[i]
  local probe = redis.pcall('HMGET', key, 'ended_at', 'started_at')
  local ttl = redis.call('PTTL', key)
  if ttl == -2 then
    out[#out + 1] = { 'none', ttl, -1, {} }
  elseif probe.err then
    out[#out + 1] = { redis.call('TYPE', key).ok, ttl, -1, {} }
  else
    -- RQ writes a result or a traceback only when it writes `ended_at` (rq/job.py).
    local ran = (probe[1] and probe[1] ~= '') or (probe[2] and probe[2] ~= '')
    local read = (ran or not with_data) and read_selected or read_all
    local length, fields = read(key)
    out[#out + 1] = { 'hash', ttl, length, fields }
  end
end
return out

-- Reads job hashes without the fields that can be large and that nobody needs here
-- (`result` and `exc_info` of a former run). Writes nothing.
-- KEYS none: job keys are derived (RQ does not run on a cluster either)
-- ARGV 1 '1' to include the `data` field, '0' to leave it out; 2.. job ids, at most 250
-- Returns per job {type, PTTL, length of `data` or -1 when absent, {field, value, ...}}.
local with_data = ARGV[1] == '1'
local out = {}
for i = 2, #ARGV do
  local key = 'rq:job:' .. ARGV[i]
  local kind = redis.call('TYPE', key).ok
  local fields, length = {}, -1
  if kind == 'hash' then
    local wanted = {}
    for _, name in ipairs(redis.call('HKEYS', key)) do
      if name == 'data' then length = redis.call('HSTRLEN', key, name) end
      if name ~= 'result' and name ~= 'exc_info' and (with_data or name ~= 'data') then
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
  end
  out[#out + 1] = { kind, redis.call('PTTL', key), length, fields }
end
return out

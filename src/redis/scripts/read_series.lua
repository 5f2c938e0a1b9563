-- Reads series of rq_recurring and judges each one's armed occurrence. Writes nothing.
-- KEYS none: keys of series, jobs and queues are derived (RQ does not run on a cluster either)
-- ARGV 1 '1' for every field, '0' to leave `data` and `meta` out; 2.. series ids, at most 250
-- Returns per series {loss, status of the armed job, {field, value, ...}}
--   loss: see series.lua; '' for one that is not active. No fields: there is no such hash (any more).
local SLIM = {
  'kind', 'interval', 'cron', 'tz', 'dialect', 'anchor', 'remaining', 'slot', 'job_id', 'queue', 'func',
  'serializer', 'state', 'legacy_id', 'name', 'version', 'job',
}
local whole = ARGV[1] == '1'

local function read(key)
  if type_of(key) ~= 'hash' then return {} end
  if whole then return redis.call('HGETALL', key) end
  local values, fields = redis.call('HMGET', key, unpack(SLIM)), {}
  for i, name in ipairs(SLIM) do
    if values[i] then
      fields[#fields + 1] = name
      fields[#fields + 1] = values[i]
    end
  end
  return fields
end

local out = {}
for i = 2, #ARGV do
  local key = 'migrate-scheduler:series:' .. ARGV[i]
  local fields, loss, status = read(key), '', ''
  if #fields > 0 then
    local v = redis.call('HMGET', key, 'state', 'queue', 'job_id')
    if v[1] == 'active' then loss, status = series_loss(v[2] or '', v[3] or '') end
  end
  out[#out + 1] = { loss, status, fields }
end
return out

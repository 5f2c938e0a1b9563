-- Mends or takes away at most 250 entries of RQ's schedules; entry, job and journal record in this one call. What
-- changed since it was read is left alone, so a second identical call writes nothing. Nothing about a repair is
-- half-done between two calls, so its run is recorded as applied with its first effect.
--
-- KEYS 1 migrate-scheduler:lock           3 migrate-scheduler:journal:<runId>
--      2 migrate-scheduler:run:<runId>    4 migrate-scheduler:runs
--      (keys of jobs and queues are derived: RQ does not run on a cluster either)
-- ARGV 1 run lock value, 2 its expiry (ms), 3 runId, 4 now (epoch seconds), 5 tool and version,
--      then per entry
--      op, queue, id, score and TYPE of its job's key as read, '1' where a live scheduler could enqueue it as it is,
--      new id ('' = the same), new score ('' = the same), n, then n times
--      name, SHA1 of the value as read ('' = absent), 'set' | 'del' | 'keep', new value
--      op: 'mend'        fields, id and score are changed; the job as it was stays under
--                        migrate-scheduler:before:<runId>:<id>, which a rollback puts back as it is
--          'remove'      the entry goes (its job's key does not exist)
--          'quarantine'  the entry goes to migrate-scheduler:quarantine:<runId>, the job's key stays
-- Returns one word per entry, in order:
--   done        as asked
--   gone        no such entry any more
--   changed     its score, its job's type or one of the fields is not as it was read
--   due         RQ's scheduler may be enqueueing it right now
--   exists      the new id is taken
--   dependents  to be renamed, but other jobs name it as their dependency
--   or an error FENCED run | WRONGTYPE <key>, before anything was written.
--
-- Journal: as in move_batch.lua, with these ops; queueAdded, status, timeout and seriesId are false.
local refused = fence(KEYS[1], ARGV[1], ARGV[2])
if refused then return refused end

local clock = redis.call('TIME')
local now = tonumber(clock[1])
local now_ms = now * 1000 + math.floor(tonumber(clock[2]) / 1000)
local SLACK = 2 -- seconds, as in rollback_batch.lua
local before, quarantine = 'migrate-scheduler:before:' .. ARGV[3] .. ':', 'migrate-scheduler:quarantine:' .. ARGV[3]

local position = 6
local function take()
  position = position + 1
  return ARGV[position - 1]
end

local function others_of(id)
  return { 'rq:results:' .. id, 'rq:job:' .. id .. ':dependents', 'rq:job::' .. id .. ':dependencies' }
end

local function as_read(one)
  if type_of(one.key) ~= one.type then return false end
  for _, field in ipairs(one.fields) do
    local value = one.type == 'hash' and redis.call('HGET', one.key, field.name)
    if (value and redis.sha1hex(value) or '') ~= field.was then return false end
  end
  return true
end

local taken = {}
local function decide(one)
  local score = redis.call('ZSCORE', one.registry, one.id)
  if not score or taken[one.registry .. one.id] then return 'gone' end
  if tonumber(score) ~= tonumber(one.score) or not as_read(one) then return 'changed' end
  one.score = score
  if one.careful and tonumber(score) >= 0 and tonumber(score) <= now + SLACK then
    if redis.call('EXISTS', 'rq:scheduler-lock:' .. one.queue) == 1 then return 'due' end
  end
  if one.op == 'mend' and redis.call('EXISTS', before .. one.id) == 1 then return 'exists' end
  if one.newId ~= '' then
    if redis.call('EXISTS', 'rq:job:' .. one.newId, unpack(others_of(one.newId))) > 0 then return 'exists' end
    if redis.call('ZSCORE', one.registry, one.newId) or taken['job ' .. one.newId] then return 'exists' end
    if redis.call('EXISTS', 'rq:job:' .. one.id .. ':dependents') == 1 then return 'dependents' end
    taken['job ' .. one.newId] = true
  end
  taken[one.registry .. one.id] = true
  return 'done'
end

local plan, out, records = {}, {}, {}
while position <= #ARGV do
  local one = { op = take(), queue = take(), id = take(), score = take(), type = take(), fields = {} }
  one.careful = take() == '1'
  one.newId, one.newScore = take(), take()
  for _ = 1, tonumber(take()) do
    one.fields[#one.fields + 1] = { name = take(), was = take(), act = take(), value = take() }
  end
  one.key, one.registry = 'rq:job:' .. one.id, 'rq:scheduled:' .. one.queue
  local wrong = wrong_type(one.registry, 'zset')
  if wrong then return wrong end
  local result = decide(one)
  out[#out + 1] = result
  if result == 'done' then
    plan[#plan + 1] = one
    local ttl = redis.call('PTTL', one.key)
    one.expireAt = ttl >= 0 and now_ms + ttl or false
    records[#records + 1] = {
      one.op, one.id, one.score, one.queue, false, false, false, false,
      one.op == 'mend' and one.expireAt, one.newId ~= '' and one.newId, false,
    }
  end
end
if #plan == 0 then return out end

redis.call('XADD', KEYS[3], '*', 'b', cmsgpack.pack(records))
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('HSET', KEYS[2], 'state', 'applied', 'createdAt', ARGV[4], 'tool', ARGV[5])
  redis.call('ZADD', KEYS[4], ARGV[4], ARGV[3])
end
redis.call('HINCRBY', KEYS[2], 'mended', #records)

-- A copy with the changes; in slices, a hash may have more fields than unpack() can push.
local function write_mended(one, target, kept)
  local change, flat = {}, redis.call('HGETALL', kept)
  for _, field in ipairs(one.fields) do change[field.name] = field end
  local fields = {}
  for i = 1, #flat, 2 do
    local field = change[flat[i]]
    if not field or field.act == 'keep' then
      fields[#fields + 1] = flat[i]
      fields[#fields + 1] = flat[i + 1]
    end
  end
  for _, field in ipairs(one.fields) do
    if field.act == 'set' then
      fields[#fields + 1] = field.name
      fields[#fields + 1] = field.value
    end
  end
  for from = 1, #fields, 1000 do
    redis.call('HSET', target, unpack(fields, from, math.min(from + 999, #fields)))
  end
  if one.expireAt then redis.call('PEXPIREAT', target, string.format('%.0f', one.expireAt)) end
end

for _, one in ipairs(plan) do
  local target = one.newId ~= '' and one.newId or one.id
  redis.call('ZREM', one.registry, one.id)
  if one.op == 'mend' then
    local kept = before .. one.id
    redis.call('RENAMENX', one.key, kept)
    redis.call('PERSIST', kept)
    write_mended(one, 'rq:job:' .. target, kept)
    if one.newId ~= '' then
      local from, to = others_of(one.id), others_of(one.newId)
      for i = 1, #from do
        if redis.call('EXISTS', from[i]) == 1 then redis.call('RENAMENX', from[i], to[i]) end
      end
    end
    redis.call('ZADD', one.registry, one.newScore ~= '' and one.newScore or one.score, target)
  elseif one.op == 'quarantine' then
    redis.call('ZADD', quarantine, one.score, one.id)
  end
end
return out

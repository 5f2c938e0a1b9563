-- Arms the next occurrence of at most 250 series whose armed occurrence is lost, as rq_recurring's
-- `_repair` does; series, job and journal record in this one call. A series that somebody else armed
-- since it was read is left alone, so a second identical call writes nothing. Nothing about a repair
-- is half-done between two calls, so its run is recorded as applied with its first effect.
--
-- KEYS 1 migrate-scheduler:lock             4 migrate-scheduler:runs
--      2 migrate-scheduler:run:<runId>      5 migrate-scheduler:series
--      3 migrate-scheduler:journal:<runId>  6 rq:queues
-- ARGV 1 run lock value, 2 its expiry (ms), 3 runId, 4 now (epoch seconds), 5 tool and version,
--      then per series
--      id, job id and slot as read, next slot ('' = no time is left, the series is finished),
--      n field value ... (n arguments, the job hash)
-- Returns per series the id of the new occurrence, '' for a finished series, false when nothing was done.
--
-- Journal: as in move_batch.lua; op is `repair`, id the lost job, score the slot that it had; in the last place, whether
-- the count was corrected.
local refused = fence(KEYS[1], ARGV[1], ARGV[2]) or wrong_type(KEYS[6], 'set')
if refused then return refused end

local position = 6
local function take()
  position = position + 1
  return ARGV[position - 1]
end

local function free_id(series, slot)
  local id, number = series .. '-' .. slot, 1
  while redis.call('EXISTS', 'rq:job:' .. id) == 1 do
    number = number + 1
    id = series .. '-' .. slot .. '-' .. number
  end
  return id
end

local plan, records, added = {}, {}, {}
while position <= #ARGV do
  local one = { id = take(), lost = take(), was = take(), slot = take(), fields = {} }
  for _ = 1, tonumber(take()) do one.fields[#one.fields + 1] = take() end
  one.key = 'migrate-scheduler:series:' .. one.id
  local v = type_of(one.key) == 'hash' and redis.call('HMGET', one.key, 'state', 'queue', 'job_id', 'slot', 'job', 'listed_in', 'enqueued', 'remaining') or {}
  one.queue, one.real, one.listed = v[2] or '', v[5], v[6]
  -- The run of its slot was enqueued, but then no worker could tell the next time: it was made, and is not counted yet.
  one.made = one.was ~= '' and v[7] == one.was and (v[8] or '') ~= ''
  local same = v[1] == 'active' and (v[3] or '') == one.lost and (v[4] or '') == one.was
  one.lost_now = same and series_loss(one.queue, one.lost) ~= ''
  local wrong = one.lost_now and wrong_type('rq:scheduled:' .. one.queue, 'zset')
  if wrong then return wrong end
  if one.lost_now then
    one.job = one.slot ~= '' and free_id(one.id, one.slot) or ''
    local queue = 'rq:queue:' .. one.queue
    local new = one.job ~= '' and not added[queue] and redis.call('SISMEMBER', KEYS[6], queue) == 0
    if new then added[queue] = true end
    records[#records + 1] = {
      'repair', one.lost, one.was, one.queue, new, false, false, false, false, one.job ~= '' and one.job, one.id,
      one.made,
    }
  end
  plan[#plan + 1] = one
end

if #records > 0 then
  redis.call('XADD', KEYS[3], '*', 'b', cmsgpack.pack(records))
  if redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('HSET', KEYS[2], 'state', 'applied', 'createdAt', ARGV[4], 'tool', ARGV[5])
    redis.call('ZADD', KEYS[4], ARGV[4], ARGV[3])
  end
  redis.call('HINCRBY', KEYS[2], 'repaired', #records)
end

local out = {}
for i, one in ipairs(plan) do
  out[i] = one.lost_now and one.job
  if one.lost_now then
    local registry, lost = 'rq:scheduled:' .. one.queue, 'rq:job:' .. one.lost
    if one.lost ~= '' then
      redis.call('ZREM', registry, one.lost)
      -- What ended keeps its hash: people may want to see why.
      local status = type_of(lost) == 'hash' and redis.call('HGET', lost, 'status')
      if not status or status == 'scheduled' or status == 'queued' then redis.call('DEL', lost) end
    end
    local state = one.job ~= '' and 'active' or 'finished'
    redis.call('HSET', one.key, 'slot', one.slot, 'job_id', one.job, 'state', state)
    redis.call('SADD', KEYS[5], one.id)
    if one.made then redis.call('HINCRBY', one.key, 'remaining', -1) end
    if one.real and one.listed and one.job == '' then unlist_job(one.listed, one.real) end
    if one.real and one.listed and one.job ~= '' then relist_job(one.listed, one.slot, one.real) end
    if one.job ~= '' then
      redis.call('HSET', 'rq:job:' .. one.job, unpack(one.fields))
      redis.call('SADD', KEYS[6], 'rq:queue:' .. one.queue)
      redis.call('ZADD', registry, one.slot, one.job)
    end
  end
end
return out

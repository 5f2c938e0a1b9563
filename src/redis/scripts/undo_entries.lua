-- The part of rollback_batch.lua that undoes what repair_entries.lua did, and what it shares with the rest (scripts.ts
-- puts it in front). KEYS are those of rollback_batch.lua.
local clock = redis.call('TIME')
local now = tonumber(clock[1])
local now_ms = now * 1000 + math.floor(tonumber(clock[2]) / 1000)
local SLACK = 2 -- seconds: clocks of workers differ a little from Redis's

local function put_back(key, field, old)
  if old then redis.call('HSET', key, field, old) else redis.call('HDEL', key, field) end
end

-- Below 0 it never looks (rq/registry.py get_jobs_to_schedule).
local function in_hands_of_scheduler(queue, score)
  local due = tonumber(score) >= 0 and tonumber(score) <= now + SLACK
  return due and redis.call('EXISTS', 'rq:scheduler-lock:' .. queue) == 1
end

-- What a job that is not in the native registry has become.
local function absent(rec, key)
  if redis.call('ZSCORE', KEYS[2], rec.id) then return 'already' end
  local kind = type_of(key)
  if kind == 'none' then return tonumber(rec.score) <= now and 'alreadyRun' or 'missing' end
  if kind ~= 'hash' then return 'missing' end
  return redis.call('HGET', key, 'status') == 'scheduled' and 'missing' or 'alreadyRun'
end

local function undo_mend(rec)
  local native, target = 'rq:scheduled:' .. rec.queue, rec.newId or rec.id
  local key, old = 'rq:job:' .. target, 'rq:job:' .. rec.id
  local kept = 'migrate-scheduler:before:' .. string.match(KEYS[5], '^migrate%-scheduler:journal:(.*)$') .. ':' .. rec.id
  local score = redis.call('ZSCORE', native, target)
  if redis.call('EXISTS', kept) == 0 then return 'already' end
  if not score then
    local done = absent(rec, key)
    redis.call('DEL', kept)
    return done
  end
  if in_hands_of_scheduler(rec.queue, score) then return 'due' end
  -- With another score than `repair` left: it ran and waits to run again (Retry, Repeat), or somebody scheduled it anew.
  if tonumber(score) ~= math.max(0, tonumber(rec.score)) then
    redis.call('DEL', kept)
    return 'alreadyRun'
  end
  local from, to = keys_of(target), keys_of(rec.id)
  if rec.newId and redis.call('EXISTS', unpack(to)) > 0 then return 'conflict' end
  redis.call('DEL', key)
  redis.call('RENAMENX', kept, old)
  if rec.expireAt and rec.expireAt > now_ms then
    redis.call('PEXPIREAT', old, string.format('%.0f', rec.expireAt))
  end
  for i = 2, #from do
    if rec.newId and redis.call('EXISTS', from[i]) == 1 then redis.call('RENAMENX', from[i], to[i]) end
  end
  redis.call('ZREM', native, target)
  redis.call('ZADD', native, rec.score, rec.id)
  return 'restored'
end

local function put_entry_back(rec)
  local native = 'rq:scheduled:' .. rec.queue
  if redis.call('ZSCORE', native, rec.id) then return 'already' end
  redis.call('ZADD', native, rec.score, rec.id)
  return 'restored'
end

-- Its job's key did not exist; a job that has the id by now must not run because of it.
local function undo_remove(rec)
  if redis.call('EXISTS', 'rq:job:' .. rec.id) == 1 then return 'conflict' end
  return put_entry_back(rec)
end

local function undo_quarantine(rec)
  local aside = 'migrate-scheduler:quarantine:' .. string.match(KEYS[5], '^migrate%-scheduler:journal:(.*)$')
  if redis.call('ZREM', aside, rec.id) == 0 then return 'missing' end
  return put_entry_back(rec)
end

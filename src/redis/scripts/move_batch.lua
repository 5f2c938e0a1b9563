-- Takes up to 250 entries out of the legacy sorted set: everything about a job, its journal record
-- included, happens in this one call or not at all. A second identical call finds every entry
-- gone and writes nothing.
--
-- KEYS 1 migrate-scheduler:lock        5 migrate-scheduler:run:<runId>
--      2 rq:scheduler_lock             6 migrate-scheduler:journal:<runId>
--      3 rq:scheduler:scheduled_jobs   7 migrate-scheduler:series
--      4 rq:queues
--      (keys of jobs, queues and series are derived: RQ does not run on a cluster either)
-- ARGV 1 run lock value, 2 its expiry (ms), 3 legacy lock value, 4 its expiry (ms), then per job
--      'move'   id score queue timeout
--      'reschedule' id score queue timeout   a moved job to which a client of rq-scheduler gave a new time since
--      'rename' id score queue timeout newId
--      'drop'   id score
--      'rearm'  id score queue newId slot seriesId realId n field value ... (n arguments) m field value ...
--               newId is its first tick, realId the job that the ticks enqueue: id, or what it is renamed to
--      'repeat' id score queue newId slot n field value ... runs   one native job instead of a series
--      'absorb' id score queue seriesId   that series makes its runs already
--      'retire' id score queue         another process makes its runs from now on; its hash stays
--   score: the planned one, compared as a number. timeout: seconds, set where the job has none.
-- Returns one word per job, in order:
--   done     moved, renamed, dropped, re-armed, repeated or retired
--   gone     no longer in the legacy set (the legacy scheduler ran it, or it was moved before)
--   changed  its score, its origin or the existence of its hash differs from the plan
--   known    a client registered again what a series does already (series_again.lua): taken out, the series goes on
--   busy     a one-shot, or a job to be renamed, whose status is queued, started or deferred (SEMANTICS section 4), or
--            whose native entry RQ's scheduler may be enqueueing right now
--   exists   the new id or the native entry is already taken, the latter perhaps in another queue
--   or an error FENCED run | FENCED legacy | WRONGTYPE <key>, before anything was written.
--
-- Journal: one stream entry per call with at least one `done` or `known`; field `b` is a MessagePack array
-- (cmsgpack; strings are raw bytes) of records
--   {op, id, score, queue, queueAdded, status, timeout, timeoutSet, expireAt, newId, seriesId, realId}
--   (a repeat, which has no series, has its number of runs in the last place; op is `absorb` for what was known)
--   score is the original text; status and timeout are the old values or false when absent;
--   expireAt is the old expiry in epoch ms or false; newId and seriesId are false where unused; realId is there
--   only with rearm, and not in records of releases whose series called the function themselves (run mode);
--   queueAdded is true on the first record of a queue that was not yet in rq:queues.
-- Order of writes: the journal first, so that even an entry that was never carried out (the server
-- died in the middle) is known to the rollback, which looks at what it finds.
local refused = fence(KEYS[1], ARGV[1], ARGV[2], KEYS[2], ARGV[3], ARGV[4])
  or wrong_type(KEYS[3], 'zset') or wrong_type(KEYS[4], 'set') or wrong_type(LISTED, 'zset')
if refused then return refused end

local clock = redis.call('TIME')
local now_ms = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local busy = { queued = true, started = true, deferred = true }
local counter = {
  move = 'moved', rename = 'renamed', drop = 'dropped', rearm = 'rearmed', ['repeat'] = 'repeated', retire = 'retired',
}
-- Ops that write a job of their own beside the original.
local beside = { rearm = true, ['repeat'] = true }
-- Ops that only take the entry out: something else makes its runs.
local settled = { retire = true, absorb = true }

-- Seconds: clocks of workers differ a little from Redis's.
local SLACK = 2

local position = 5
local function take()
  position = position + 1
  return ARGV[position - 1]
end
local function take_list()
  local list = {}
  for _ = 1, tonumber(take()) do list[#list + 1] = take() end
  return list
end

-- Scores of many members in one call; one by one before Redis 6.2.
local function scores_of(key, members)
  local found = redis.pcall('ZMSCORE', key, unpack(members))
  if found.err then
    found = {}
    for i, member in ipairs(members) do found[i] = redis.call('ZSCORE', key, member) end
  end
  return found
end

local plan, ids, queues = {}, {}, {}
while position <= #ARGV do
  local job = { op = take(), id = take(), score = take() }
  if job.op ~= 'drop' then job.queue = take() end
  if job.op == 'move' or job.op == 'reschedule' or job.op == 'rename' then job.timeout = take() end
  if job.op == 'rename' or beside[job.op] then job.newId = take() end
  if beside[job.op] then job.slot = take() end
  if job.op == 'rearm' or job.op == 'absorb' then job.seriesId = take() end
  if job.op == 'rearm' then job.realId = take() end
  if beside[job.op] then job.fields = take_list() end
  if job.op == 'rearm' then job.series = take_list() end
  if job.op == 'repeat' then job.runs = take() end
  plan[#plan + 1] = job
  ids[#ids + 1] = job.id
  if job.queue and not settled[job.op] then
    queues[job.queue] = queues[job.queue] or { targets = {}, native = {}, add = {}, set = {} }
    table.insert(queues[job.queue].targets, job.newId or job.id)
  end
end

local legacy = scores_of(KEYS[3], ids)
for name, queue in pairs(queues) do
  queue.key = 'rq:scheduled:' .. name
  local wrong = wrong_type(queue.key, 'zset')
  if wrong then return wrong end
  queue.known = redis.call('SISMEMBER', KEYS[4], 'rq:queue:' .. name) == 1
  for i, score in ipairs(scores_of(queue.key, queue.targets)) do
    queue.native[queue.targets[i]] = score
  end
end

-- Where jobs stand natively, by id; looked up only when a status says that one may.
local standing = nil
local function stands_in(id)
  if not standing then
    standing = {}
    for _, member in ipairs(redis.call('SMEMBERS', KEYS[4])) do
      local key = string.gsub(member, '^rq:queue:', 'rq:scheduled:', 1)
      for i, score in ipairs(type_of(key) == 'zset' and scores_of(key, ids) or {}) do
        if score then standing[ids[i]] = { key = key, score = score } end
      end
    end
  end
  return standing[id]
end

-- Decides about one job without writing; returns the result word.
local seen, taken = {}, {}
local function decide(job, score)
  if not score or seen[job.id] then return 'gone' end
  if tonumber(score) ~= tonumber(job.score) then return 'changed' end
  job.score = score
  local key = 'rq:job:' .. job.id
  if job.op == 'drop' then return redis.call('EXISTS', key) == 0 and 'done' or 'changed' end
  -- No hash at all answers three times nil, another type an error: neither is the planned job.
  local values = redis.pcall('HMGET', key, 'origin', 'status', 'timeout')
  if values.err or values[1] ~= job.queue then return 'changed' end
  local ttl = redis.call('PTTL', key)
  job.expireAt = ttl >= 0 and now_ms + ttl or false
  if job.op == 'retire' then return 'done' end
  if job.op == 'absorb' then
    return redis.call('HGET', 'migrate-scheduler:series:' .. job.seriesId, 'state') == 'active' and 'known' or 'changed'
  end
  local renamed = job.realId and job.realId ~= job.id
  if (renamed or not beside[job.op]) and busy[values[2]] then return 'busy' end

  local target = job.newId or job.id
  local again, soon = nil, now_ms / 1000 + SLACK
  if job.seriesId then
    if taken['s:' .. job.seriesId] then return 'exists' end
    again, job.replaced = registered_again(job, soon)
    if again and again ~= 'replace' then return again end
  end
  -- What it replaces goes away in this call.
  local makes_room = job.replaced and job.replaced.id == target
  local native = queues[job.queue].native[target]
  if native and makes_room then native = nil end
  if taken[target] or (native and job.op ~= 'reschedule') then return 'exists' end
  if native and tonumber(native) <= soon then return 'busy' end
  if not beside[job.op] and not native and values[2] == 'scheduled' then
    -- A client may give a job another queue with its new time.
    local other = stands_in(job.id)
    if other and job.op ~= 'reschedule' then return 'exists' end
    if other and tonumber(other.score) <= soon then return 'busy' end
    job.from = other and other.key
  end
  if job.newId and not makes_room and redis.call('EXISTS', unpack(keys_of(job.newId))) > 0 then return 'exists' end
  if renamed and (taken[job.realId] or not free_for(job)) then return 'exists' end
  if job.seriesId then taken['s:' .. job.seriesId] = true end
  taken[target] = true
  if renamed then taken[job.realId] = true end
  job.status, job.oldTimeout = values[2], values[3]
  return 'done'
end

local jobs, results, records, counts = {}, {}, {}, {}
for i, job in ipairs(plan) do
  local result = decide(job, legacy[i])
  results[#results + 1] = result
  if result == 'known' then job.op = 'absorb' end
  if result == 'done' or result == 'known' then
    seen[job.id] = true
    jobs[#jobs + 1] = job
    local added = false
    if job.queue and not settled[job.op] then
      local queue = queues[job.queue]
      added = not queue.known
      queue.known, queue.new = true, queue.new or added
    end
    local plain = job.op == 'move' or job.op == 'reschedule' or job.op == 'rename'
    job.timeoutSet = plain and (not job.oldTimeout or job.oldTimeout == '')
    records[#records + 1] = {
      job.op, job.id, job.score, job.queue or false, added,
      (plain or job.realId) and job.status or false, plain and job.oldTimeout or false, job.timeoutSet,
      job.expireAt or false, job.newId or false, job.seriesId or job.runs or false, job.realId,
    }
    -- A rescheduled job was counted when it was moved.
    local name = counter[job.op]
    if name then counts[name] = (counts[name] or 0) + 1 end
  end
end
if #jobs == 0 then return results end

redis.call('XADD', KEYS[6], '*', 'b', cmsgpack.pack(records))
for name, n in pairs(counts) do redis.call('HINCRBY', KEYS[5], name, n) end

local function schedule(job)
  if job.op == 'rename' then rename_job(job.id, job.newId) end
  local key = 'rq:job:' .. (job.newId or job.id)
  if job.timeoutSet then
    redis.call('HSET', key, 'status', 'scheduled', 'timeout', job.timeout)
  else
    redis.call('HSET', key, 'status', 'scheduled')
  end
  if job.expireAt then redis.call('PERSIST', key) end
end

-- The real job of a series keeps all it has; where it expired, the application could not look it up.
local function keep_real_job(job)
  local key = 'rq:job:' .. job.realId
  if job.realId ~= job.id then rename_job(job.id, job.realId) end
  redis.call('PERSIST', key)
  if (redis.call('HGET', key, 'status') or '') == '' then redis.call('HSET', key, 'status', 'scheduled') end
end

local removed, listed = {}, {}
for _, job in ipairs(jobs) do
  removed[#removed + 1] = job.id
  -- The original hash is what a rollback brings back.
  if job.expireAt and (beside[job.op] or settled[job.op]) then redis.call('PERSIST', 'rq:job:' .. job.id) end
  if job.from then redis.call('ZREM', job.from, job.id) end
  if beside[job.op] then
    if job.replaced then
      redis.call('ZREM', 'rq:scheduled:' .. job.replaced.queue, job.replaced.id)
      redis.call('DEL', 'rq:job:' .. job.replaced.id)
    end
    if job.series then
      forget_series(job)
      keep_real_job(job)
    end
    redis.call('HSET', 'rq:job:' .. job.newId, unpack(job.fields))
    if job.series then
      redis.call('HSET', 'migrate-scheduler:series:' .. job.seriesId, unpack(job.series))
      redis.call('SADD', KEYS[7], job.seriesId)
      redis.call('SADD', MIGRATED, job.seriesId)
    end
  elseif job.op ~= 'drop' and not settled[job.op] then
    schedule(job)
  elseif job.op == 'absorb' then
    keep_new_call(job)
  end
  -- RQ gives a job that it repeats its times by itself, and tells nobody.
  if job.op ~= 'repeat' and job.op ~= 'drop' and not settled[job.op] then
    listed[#listed + 1] = job.slot or job.score
    listed[#listed + 1] = job.realId or job.newId or job.id
  end
  if job.queue and not settled[job.op] then
    local queue = queues[job.queue]
    local add = job.op == 'reschedule' and queue.set or queue.add
    add[#add + 1] = job.slot or job.score
    add[#add + 1] = job.newId or job.id
  end
end
for name, queue in pairs(queues) do
  if queue.new then redis.call('SADD', KEYS[4], 'rq:queue:' .. name) end
  if #queue.add > 0 then redis.call('ZADD', queue.key, 'NX', unpack(queue.add)) end
  if #queue.set > 0 then redis.call('ZADD', queue.key, unpack(queue.set)) end
end
list_jobs(listed, now_ms)
redis.call('ZREM', KEYS[3], unpack(removed))
return results

-- Shared with move_batch.lua (scripts.ts puts it behind series.lua, listing.lua and job_ids.lua).
--
-- registered_again: what becomes of a job whose series exists already. Clients of rq-scheduler register their jobs
-- again by their ids at each start, which there replaces what was registered before:
--   nil      there is no such series
--   known    it asks for what will happen anyway, or rq_recurring has registered or paused the series since and
--            knows better
--   replace  another time, rule or call, or the series is over or lost; the second value is the occurrence {queue, id}
--            that still waits and has to go, nil for none
--   busy     the same, but its occurrence is being enqueued or waits for a worker: later
--   exists   something that is no series has its key
-- `job` is a rearm of move_batch.lua; `soon` epoch seconds, up to which RQ's scheduler may be at work.
local SCHEDULE = { 'kind', 'interval', 'cron', 'tz', 'dialect', 'queue', 'data' }

local function registered_again(job, soon)
  local key = 'migrate-scheduler:series:' .. job.seriesId
  local kind = type_of(key)
  if kind == 'none' then return nil end
  local state = kind == 'hash' and redis.call('HGET', key, 'state')
  if state == 'paused' then return 'known' end
  if state ~= 'active' then return (state == 'finished' or state == 'cancelled') and 'replace' or 'exists' end

  local v = redis.call('HMGET', key, 'queue', 'job_id', 'legacy_id', 'name', 'remaining')
  local queue, armed = v[1] or '', v[2] or ''
  local loss, status = series_loss(queue, armed)
  if loss ~= '' then return 'replace' end
  if v[3] ~= job.id or (v[4] or '') ~= '' then return 'known' end

  local wanted = {}
  for i = 1, #job.series, 2 do wanted[job.series[i]] = job.series[i + 1] end
  local same = (v[5] or '') == '' and (wanted.remaining or '') == ''
  for i, value in ipairs(redis.call('HMGET', key, unpack(SCHEDULE))) do
    same = same and (value or '') == (wanted[SCHEDULE[i]] or '')
  end
  if same and wanted.kind == 'cron' then return 'known' end
  local due = redis.call('ZSCORE', 'rq:scheduled:' .. queue, armed)
  if due and tonumber(due) > soon then return 'replace', { queue = queue, id = armed } end
  -- It is about to run for the first wish; that of a moment later is the same run.
  if same and tonumber(job.score) <= soon and (due or status == 'queued') then return 'known' end
  return 'busy'
end

-- free_for: may this job be renamed to be the real job of its series? It is its own former self that may stand there.
local function free_for(job)
  local was = redis.call('HGET', 'migrate-scheduler:series:' .. job.seriesId, 'job') == job.realId
  return was or redis.call('EXISTS', unpack(keys_of(job.realId))) == 0
end

-- forget_series: what is left of a series that begins anew; its real job is not touched.
local function forget_series(job)
  local key = 'migrate-scheduler:series:' .. job.seriesId
  local was = redis.call('HMGET', key, 'listed_in', 'job')
  local stays = was[1] == LISTED and was[2] == job.realId
  if was[1] and was[2] and not stays then unlist_job(was[1], was[2]) end
  redis.call('DEL', key)
end

-- keep_new_call: an old client has written its call into the real job of a series that the application has registered
-- with rq_recurring since. The new code counts: the job gets back what the series says. What is counted in `meta` stays.
local CALL = {
  'data', 'description', 'timeout', 'result_ttl', 'failure_ttl', 'ttl', 'meta', 'enqueue_at_front',
  'success_callback_name', 'success_callback_timeout', 'failure_callback_name', 'failure_callback_timeout',
  'stopped_callback_name', 'stopped_callback_timeout',
}
local function keep_new_call(job)
  local key = 'migrate-scheduler:series:' .. job.seriesId
  local v = redis.call('HMGET', key, 'version', 'job', 'legacy_id', 'name', 'remaining', 'queue')
  if v[1] ~= '2' or v[2] ~= job.id or (v[3] == job.id and (v[4] or '') == '') then return end
  local fields = { 'origin', v[6] or '' }
  for i, value in ipairs(redis.call('HMGET', key, unpack(CALL))) do
    if value and value ~= '' and not (CALL[i] == 'meta' and (v[5] or '') ~= '') then
      fields[#fields + 1] = CALL[i]
      fields[#fields + 1] = value
    end
  end
  redis.call('HSET', 'rq:job:' .. job.id, unpack(fields))
end

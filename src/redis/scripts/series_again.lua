-- Shared with move_batch.lua (scripts.ts puts it behind series.lua).
--
-- registered_again: what becomes of a job whose series exists already. Clients of rq-scheduler register their jobs
-- again by their ids at each start, which there replaces what was registered before:
--   nil      there is no such series
--   known    it asks for what will happen anyway, or rq_recurring has registered the series since and knows better
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

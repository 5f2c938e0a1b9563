-- Says where the jobs of one journal entry are now. Writes nothing.
-- KEYS 1 migrate-scheduler:journal:<runId>
-- ARGV 1 id of the last entry seen, '' for the first call
-- Returns {id of this entry, or '' after the last one, {{op, id, newId, queue, score, seriesId, state, detail}, ...}}
--   newId, queue and seriesId are '' where the record has none. state and detail: job_state.lua for a job, with its
--   status; for a series `armed`, `paused`, `finished`, `cancelled`, `forgotten` (its hash is gone) or `lost`, with the reason of
--   series.lua; for what has no job any more `dropped`, `retired`, `removed`, `quarantined`.
local after = ARGV[1]
local page = redis.call('XRANGE', KEYS[1], after == '' and '-' or after, '+', 'COUNT', 2)
local entry = page[1]
if entry and entry[1] == after then entry = page[2] end
if not entry then return { '', {} } end

local function series_state(id)
  local key = 'migrate-scheduler:series:' .. id
  if type_of(key) ~= 'hash' then return 'forgotten', '' end
  local v = redis.call('HMGET', key, 'state', 'queue', 'job_id')
  if v[1] ~= 'active' then return v[1] or 'forgotten', '' end
  local loss = series_loss(v[2] or '', v[3] or '')
  return loss == '' and 'armed' or 'lost', loss
end

local SETTLED = { drop = 'dropped', retire = 'retired', remove = 'removed', quarantine = 'quarantined' }

local out = {}
for i, r in ipairs(cmsgpack.unpack(entry[2][2])) do
  local op, id, newId, queue, series = r[1], r[2], r[10] or '', r[4] or '', r[11] or ''
  local state, detail = SETTLED[op], ''
  if op == 'rearm' or op == 'repair' or op == 'absorb' then
    state, detail = series_state(series)
  else
    if op == 'repeat' then series = '' end
    if not state then state, detail = job_state(queue, newId ~= '' and newId or id) end
  end
  out[i] = { op, id, newId, queue, r[3], series, state, detail }
end
return { entry[1], out }

-- What Redis does for the live boards in one call: ARGV[1] names the command, ARGV[2] is the contest's prefix.
-- The keys are described at the top of live.py. A command returns nil when the boards it is asked for are missing.

local PERSON = 5  -- bytes of a person's id
local PREFIX = ARGV[2]
local LEAST, MOST = string.rep('\0', PERSON), string.rep('\255', PERSON)
local SERVING, BUILDING = PREFIX .. 'serving', PREFIX .. 'building'

local VIEWS = {'public', 'full'}
local parts = {}

-- text as a part of a key
local function part(text)
  if not parts[text] then parts[text] = string.gsub(text, '[%%:]', {['%'] = '%25', [':'] = '%3A'}) end
  return parts[text]
end

local function inside(tables, name)
  if not tables[name] then tables[name] = {} end
  return tables[name]
end

-- Boards: where they are kept, and what they need.

local function boards_at(slot, epoch)
  local kept = redis.call('HMGET', slot, 'epoch', 'generation', 'needs')
  if not kept[1] or kept[1] ~= epoch then return nil end
  local boards = {base = PREFIX .. kept[2] .. ':', generation = kept[2], needs = cjson.decode(kept[3])}
  boards.shapes, boards.numbers, boards.known = {}, {}, {}  -- by number, by text; keys of boards
  boards.changes, boards.keys = {}, {}  -- of sums, to be made at the end; that were written
  boards.records, boards.members, boards.waiting = {}, {}, {}  -- to be added together; whose record waits
  return boards
end

-- a period as the end of a key: `home` is '' for a whole board, or "each=unit" for one part of a divided board
local function span(period, home)
  return home == '' and part(period) or part(period) .. ':' .. part(home)
end

local function key_of_board(boards, kind, stage, period, home)
  local known = inside(inside(inside(boards.known, kind), stage), period)
  if not known[home] then known[home] = boards.base .. kind .. ':' .. stage .. ':' .. span(period, home) end
  return known[home]
end

local function people_key(boards, stage, period)
  return key_of_board(boards, 'people', stage, period, '')
end

local ORDERS = {public = 'order:public', full = 'order:full'}

local function order_key(boards, view, stage, period, home)
  return key_of_board(boards, ORDERS[view], stage, period, home)
end

local function groups_key(boards, view, stage, period, home)
  return boards.base .. 'groups:' .. view .. ':' .. stage .. ':' .. span(period, home)
end

local function sums_key(boards, view, stage, level, period, home)
  return boards.base .. 'sums:' .. view .. ':' .. stage .. ':' .. part(level) .. ':' .. span(period, home)
end

local function ranked_key(boards, view, stage, level, unit, kept, period, home)
  local where = stage .. ':' .. part(level) .. ':' .. unit .. ':' .. part(kept)
  return boards.base .. 'ranked:' .. view .. ':' .. where .. ':' .. span(period, home)
end

local function key_of(member)
  return string.sub(member, 1, -1 - PERSON)
end

-- Shapes: the names of the stats and levels of a record, kept once and named by a number.

local function shape_text(boards, number)
  return redis.call('HGET', boards.base .. 'shapes', '#' .. number)
end

local function shape_of(boards, number)
  if not boards.shapes[number] then boards.shapes[number] = cjson.decode(shape_text(boards, number)) end
  return boards.shapes[number]
end

local function number_of(boards, text)
  if boards.numbers[text] then return boards.numbers[text] end
  local key = boards.base .. 'shapes'
  local number = redis.call('HGET', key, text)
  if not number then
    number = tostring(redis.call('HLEN', key) / 2 + 1)
    redis.call('HSET', key, text, number, '#' .. number, text)
    boards.keys[key] = true
  end
  boards.numbers[text] = number
  return number
end

-- Records: "version shape stats units order-key"; the order key and a person's id are bytes, all others text.

local function parsed(record)
  if not record then return nil end
  local version, shape, stats, units, key = string.match(record, '^(%d+) (%d+) (%S*) (%S*) (.*)$')
  return {version = version, shape = shape, stats = stats, units = units, key = key}
end

local function listed(text)
  local found = {}
  for each in string.gmatch(text, '[^,]+') do found[#found + 1] = each end
  return found
end

local function named(names, values)
  local stats = {}
  for i, name in ipairs(names) do stats[name] = tonumber(values[i]) end
  return stats
end

local GROUP = 'group'  -- a level that no board lists

-- where a person is at present: level → unit
local function units_of(boards, record)
  local found = {}
  if not record or record.key == '' then return found end
  local units = listed(record.units)
  for i, level in ipairs(shape_of(boards, record.shape)[2]) do
    local unit = string.match(units[i], '^%d+')
    if unit ~= '0' then found[level] = unit end
  end
  return found
end

-- the parts of divided boards a person stands in, of those by each of `divisions`; '' is the whole board
local function homes_among(divisions, at)
  local found = {''}
  for _, each in ipairs(divisions or {}) do
    if at[each] then found[#found + 1] = each .. '=' .. at[each] end
  end
  return found
end

-- what a record adds to its units: level, unit, stats of each; "7/5=1:3/7=1:2" is divided between units
local function contribution(boards, record)
  local found = {}
  if not record or record.key == '' then return found end
  local shape, units = shape_of(boards, record.shape), listed(record.units)
  local stats = named(shape[1], listed(record.stats))
  for i, level in ipairs(shape[2]) do
    if not string.find(units[i], '/', 1, true) then
      if level ~= GROUP then found[#found + 1] = {level = level, unit = units[i], stats = stats} end
    else
      for unit, values in string.gmatch(units[i], '/(%d+)=([^/]*)') do
        local part = named(shape[1], listed(string.gsub(values, ':', ',')))
        found[#found + 1] = {level = level, unit = unit, stats = part}
      end
    end
  end
  return found
end

local function whole(number)
  return string.format('%.0f', number)
end

local function count(boards, line, contributed, at, sign)
  local changes = inside(inside(boards.changes, line.stage), line.period)
  for _, mine in ipairs(contributed) do
    for _, home in ipairs(homes_among(boards.needs.sums[line.stage .. ':' .. mine.level], at)) do
      local sums = inside(inside(inside(changes, mine.level), home), mine.unit)
      for name, value in pairs(mine.stats) do
        if string.sub(name, 1, 1) ~= '@' then sums[name] = (sums[name] or 0) + sign * value end
      end
    end
  end
end

-- the order in which a unit keeps somebody, and by what: who has no points is kept apart
local function kept_in(what, stats, group)
  local apart = (stats['zero_people'] or 0) > 0 and '/0' or ''
  if what == 'total' then return 'total' .. apart, stats['total'] or 0 end
  if what == GROUP then return group and 'group/' .. group .. apart, stats['total'] or 0 end
  return what .. apart, stats['@' .. what] or 0
end

local function rank_in_units(boards, line, old, old_at, new, new_at)
  local function each(contributed, at, change)
    for _, mine in ipairs(contributed) do
      for division, kinds in pairs(boards.needs.ranked[line.stage .. ':' .. mine.level] or {}) do
        local home = division == '' and '' or at[division] and division .. '=' .. at[division]
        for _, what in ipairs(home and kinds or {}) do
          local kept, value = kept_in(what, mine.stats, at[GROUP])
          for _, view in ipairs(kept and VIEWS or {}) do
            change(ranked_key(boards, view, line.stage, mine.level, mine.unit, kept, line.period, home), value)
          end
        end
      end
    end
  end
  each(old, old_at, function(key) redis.call('ZREM', key, line.person) end)
  each(new, new_at, function(key, value)
    redis.call('ZADD', key, whole(value), line.person)
    boards.keys[key] = true
  end)
end

local function reorder(boards, view, line, home, old_key, new_key)
  local key = order_key(boards, view, line.stage, line.period, home)
  local dense = boards.needs.dense[line.stage] and groups_key(boards, view, line.stage, line.period, home)
  if old_key ~= '' then
    redis.call('ZREM', key, old_key .. line.person)
    if dense and redis.call('ZLEXCOUNT', key, '[' .. old_key .. LEAST, '[' .. old_key .. MOST) == 0 then
      redis.call('ZREM', dense, old_key)
    end
  end
  if new_key ~= '' then
    redis.call('ZADD', key, 0, new_key .. line.person)
    boards.keys[key] = true
    if dense then
      redis.call('ZADD', dense, 0, new_key)
      boards.keys[dense] = true
    end
  end
end

-- move somebody in the whole board and in the parts they stood in or stand in now
local function reorder_all(boards, line, old_key, old_at, new_key, new_at)
  local divisions, from, to = boards.needs.orders[line.stage], {}, {}
  for _, home in ipairs(homes_among(divisions, old_at)) do from[home] = old_key end
  for _, home in ipairs(homes_among(divisions, new_at)) do to[home] = new_key end
  for home, key in pairs(from) do
    if key ~= to[home] then
      for _, view in ipairs(VIEWS) do reorder(boards, view, line, home, key, to[home] or '') end
    end
  end
  for home, key in pairs(to) do
    if not from[home] then
      for _, view in ipairs(VIEWS) do reorder(boards, view, line, home, '', key) end
    end
  end
end

-- Who is new is added together with others: a call for a hundred costs a fifth of a hundred calls.

local function add(lists, key, first, second)
  local list = inside(lists, key)
  list[#list + 1] = first
  list[#list + 1] = second
end

local function add_all(boards, command, lists)
  for key, list in pairs(lists) do
    for i = 1, #list, 1000 do redis.call(command, key, unpack(list, i, math.min(i + 999, #list))) end
    boards.keys[key] = true
  end
end

local function add_waiting(boards)
  if not next(boards.waiting) then return end
  add_all(boards, 'HSET', boards.records)
  add_all(boards, 'ZADD', boards.members)
  boards.records, boards.members, boards.waiting = {}, {}, {}
end

local function wait(boards, line, people, record, at)
  inside(boards.waiting, people)[line.person] = true
  add(boards.records, people, line.person, record)
  if line.key == '' then return end
  for _, home in ipairs(homes_among(boards.needs.orders[line.stage], at)) do
    for _, view in ipairs(VIEWS) do
      add(boards.members, order_key(boards, view, line.stage, line.period, home), 0, line.key .. line.person)
      if boards.needs.dense[line.stage] then
        add(boards.members, groups_key(boards, view, line.stage, line.period, home), 0, line.key)
      end
    end
  end
end

local function move(boards, line)
  local people = people_key(boards, line.stage, line.period)
  if inside(boards.waiting, people)[line.person] then add_waiting(boards) end
  local old = parsed(redis.call('HGET', people, line.person))
  if old and tonumber(old.version) >= tonumber(line.version) then return 0 end
  local new = {shape = number_of(boards, line.shape), stats = line.stats, units = line.units, key = line.key}
  local record = table.concat({line.version, new.shape, new.stats, new.units, new.key}, ' ')
  local after, at = contribution(boards, new), units_of(boards, new)
  count(boards, line, after, at, 1)
  if not old then
    wait(boards, line, people, record, at)
    rank_in_units(boards, line, {}, {}, after, at)
    return 1
  end
  add_waiting(boards)
  redis.call('HSET', people, line.person, record)
  boards.keys[people] = true
  local before, was_at = contribution(boards, old), units_of(boards, old)
  reorder_all(boards, line, old.key, was_at, new.key, at)
  count(boards, line, before, was_at, -1)
  rank_in_units(boards, line, before, was_at, after, at)
  return 1
end

local function add_up(boards, key, units)
  for unit, sums in pairs(units) do
    for name, by in pairs(sums) do
      if by ~= 0 then
        redis.call('HINCRBY', key, unit .. '|' .. name, whole(by))
        boards.keys[key] = true
      end
    end
  end
end

-- make the changes of sums that came together, and remember which keys there are
local function settle(boards)
  add_waiting(boards)
  for stage, periods in pairs(boards.changes) do
    for period, levels in pairs(periods) do
      for level, homes in pairs(levels) do
        for home, units in pairs(homes) do
          for _, view in ipairs(VIEWS) do add_up(boards, sums_key(boards, view, stage, level, period, home), units) end
        end
      end
    end
  end
  local keys = {}
  for key in pairs(boards.keys) do keys[#keys + 1] = key end
  for i = 1, #keys, 1000 do
    redis.call('SADD', boards.base .. 'keys', unpack(keys, i, math.min(i + 999, #keys)))
  end
end

local VALUES = 8  -- of a line

-- the lines are the arguments from `first` on
local function move_all(boards, first)
  local moved = 0
  for at = first, #ARGV, VALUES do
    local stage, period, person, version, key, shape, stats, units = unpack(ARGV, at, at + VALUES - 1)
    moved = moved + move(boards, {
      stage = stage, period = period, person = person, version = version,
      key = key, shape = shape, stats = stats, units = units,
    })
  end
  settle(boards)
  return moved
end

-- Places.

local function ordered_key(boards, board)
  return order_key(boards, board.view, board.stage, board.period, board.home)
end

local function place_of(boards, board, key, index)
  if board.style == 'ordinal' then return index + 1 end
  local ordered, below = ordered_key(boards, board), '(' .. key
  if board.style == 'dense' then ordered = groups_key(boards, board.view, board.stage, board.period, board.home) end
  return redis.call('ZLEXCOUNT', ordered, '-', below) + 1
end

-- rows from one position on: the first position, its place, then the members
local function slice(boards, board, first, size)
  local ordered = ordered_key(boards, board)
  local members = redis.call('ZRANGE', ordered, whole(first), whole(first + size - 1))
  if #members == 0 then return {first, 0, members} end
  return {first, place_of(boards, board, key_of(members[1]), first), members}
end

local function position(boards, board, person)
  local record = parsed(redis.call('HGET', people_key(boards, board.stage, board.period), person))
  if not record or record.key == '' then return nil end
  local ordered = ordered_key(boards, board)
  local index = redis.call('ZRANK', ordered, record.key .. person)
  if not index then return nil end
  return {index, place_of(boards, board, record.key, index), record.key .. person}
end

-- the last row of the place before that of a position, or '' for nobody
local function ahead_of(boards, board, mine)
  local ordered = ordered_key(boards, board)
  local better = redis.call('ZLEXCOUNT', ordered, '-', '(' .. key_of(mine[3]))
  if better == 0 then return '' end
  local member = redis.call('ZRANGE', ordered, whole(better - 1), whole(better - 1))[1]
  return {better - 1, place_of(boards, board, key_of(member), better - 1), member}
end

-- somebody's position, the rows around it, the last row of the place before; all '' for who is not there
local function surroundings(boards, board, person, near)
  local mine = person ~= '' and position(boards, board, person)
  if not mine then return {'', '', ''} end
  local first = math.max(mine[1] - near, 0)
  local around = slice(boards, board, first, mine[1] + near - first + 1)
  return {mine, around, ahead_of(boards, board, mine)}
end

local function board_of(from)
  local stage, period, view, style, home = unpack(ARGV, from, from + 4)
  return {stage = stage, period = period, view = view, style = style, home = home}
end

-- Generations.

local function drop(generation)
  local base = PREFIX .. generation .. ':'
  local keys = redis.call('SMEMBERS', base .. 'keys')
  for i = 1, #keys, 1000 do redis.call('UNLINK', unpack(keys, i, math.min(i + 999, #keys))) end
  redis.call('UNLINK', base .. 'keys')
  redis.call('SREM', PREFIX .. 'generations', generation)
end

local commands = {}

-- epoch, lines → how many moved; the boards being built learn it too
function commands.announce()
  local serving, building = boards_at(SERVING, ARGV[3]), boards_at(BUILDING, ARGV[3])
  if building then move_all(building, 4) end
  return serving and move_all(serving, 4)
end

-- epoch, generation, lease, needs → 1, or 0 while somebody else is building
function commands.begin()
  if redis.call('EXISTS', BUILDING) == 1 then return 0 end
  local serving = redis.call('HGET', SERVING, 'generation')
  for _, generation in ipairs(redis.call('SMEMBERS', PREFIX .. 'generations')) do
    if generation ~= serving then drop(generation) end
  end
  redis.call('SADD', PREFIX .. 'generations', ARGV[4])
  redis.call('HSET', BUILDING, 'epoch', ARGV[3], 'generation', ARGV[4], 'needs', ARGV[6])
  redis.call('PEXPIRE', BUILDING, ARGV[5])
  return 1
end

-- epoch, generation, lease, lines → how many moved; nil when the building is not ours any more
function commands.fill()
  local building = boards_at(BUILDING, ARGV[3])
  if not building or building.generation ~= ARGV[4] then return nil end
  redis.call('PEXPIRE', BUILDING, ARGV[5])
  return move_all(building, 6)
end

-- epoch, generation, checkpoint → 1; nil when the building is not ours any more
function commands.finish()
  local building = boards_at(BUILDING, ARGV[3])
  if not building or building.generation ~= ARGV[4] then return nil end
  local replaced = redis.call('HGET', SERVING, 'generation')
  redis.call('PERSIST', BUILDING)
  redis.call('RENAME', BUILDING, SERVING)
  redis.call('HSET', SERVING, 'checkpoint', ARGV[5])
  if replaced then drop(replaced) end
  return 1
end

-- epoch, needs or '', moment or '' → the checkpoint; boards that lack what is needed are missing
function commands.checkpoint()
  if not boards_at(SERVING, ARGV[3]) then return nil end
  if ARGV[4] ~= '' and ARGV[4] ~= redis.call('HGET', SERVING, 'needs') then return nil end
  if ARGV[5] ~= '' then redis.call('HSET', SERVING, 'checkpoint', ARGV[5]) end
  return redis.call('HGET', SERVING, 'checkpoint')
end

-- epoch → every key of the boards
function commands.keys()
  local boards = boards_at(SERVING, ARGV[3])
  return boards and redis.call('SMEMBERS', boards.base .. 'keys')
end

-- epoch, board, me or '', neighbours, first, size
-- → my position or '', the rows around it or '', the last row of the place before mine or '', count, rows
function commands.page()
  local boards, board = boards_at(SERVING, ARGV[3]), board_of(4)
  if not boards then return nil end
  local found = surroundings(boards, board, ARGV[9], tonumber(ARGV[10]))
  found[4] = redis.call('ZCARD', ordered_key(boards, board))
  found[5] = slice(boards, board, tonumber(ARGV[11]), tonumber(ARGV[12]))
  return found
end

-- epoch, board, me or '', neighbours, people …
-- → my position or '', the rows around it or '', the last row of the place before mine or '', the position of
-- each or ''
function commands.found()
  local boards, board = boards_at(SERVING, ARGV[3]), board_of(4)
  if not boards then return nil end
  local found = surroundings(boards, board, ARGV[9], tonumber(ARGV[10]))
  for i = 11, #ARGV do found[#found + 1] = position(boards, board, ARGV[i]) or '' end
  return found
end

-- epoch, board, people … → the position of each or ''
function commands.places()
  local boards, board = boards_at(SERVING, ARGV[3]), board_of(4)
  if not boards then return nil end
  local found = {}
  for i = 9, #ARGV do found[#found + 1] = position(boards, board, ARGV[i]) or '' end
  return found
end

-- epoch, board, level, me or '', then of each order that is read its name and how many (from the bottom where
-- negative) → unit|stat, sum …; my record and its shape or '' twice; then for each order unit, value …
function commands.sums()
  local boards, board = boards_at(SERVING, ARGV[3]), board_of(4)
  if not boards then return nil end
  local level = ARGV[9]
  local sums = redis.call('HGETALL', sums_key(boards, board.view, board.stage, level, board.period, board.home))
  local mine = ARGV[10] ~= '' and redis.call('HGET', people_key(boards, board.stage, board.period), ARGV[10])
  local found, units, seen = {sums, mine or '', mine and shape_text(boards, parsed(mine).shape) or ''}, {}, {}
  for i = 1, #sums, 2 do
    local unit = string.match(sums[i], '^%d+')
    if not seen[unit] then units[#units + 1] = unit end
    seen[unit] = true
  end
  for i = 11, #ARGV, 2 do
    local kept, many, values = ARGV[i], tonumber(ARGV[i + 1]), {}
    for _, unit in ipairs(units) do
      local key = ranked_key(boards, board.view, board.stage, level, unit, kept, board.period, board.home)
      local direction = many > 0 and {'REV', 'WITHSCORES'} or {'WITHSCORES'}
      for j, value in ipairs(redis.call('ZRANGE', key, 0, math.abs(many) - 1, unpack(direction))) do
        if j % 2 == 0 then
          values[#values + 1] = unit
          values[#values + 1] = whole(tonumber(value))
        end
      end
    end
    found[#found + 1] = values
  end
  return found
end

-- epoch, board, "each=unit" … → how many people stand in each of these parts
function commands.parts()
  local boards, board = boards_at(SERVING, ARGV[3]), board_of(4)
  if not boards then return nil end
  local found = {}
  for i = 9, #ARGV do
    found[#found + 1] = redis.call('ZCARD', order_key(boards, board.view, board.stage, board.period, ARGV[i]))
  end
  return found
end

-- epoch, board, people … → how many records there are, then the record and its shape of each person asked for
function commands.records()
  local boards, board = boards_at(SERVING, ARGV[3]), board_of(4)
  if not boards then return nil end
  local people = people_key(boards, board.stage, board.period)
  local found = {redis.call('HLEN', people)}
  for i = 9, #ARGV do
    local record = redis.call('HGET', people, ARGV[i])
    found[#found + 1] = record or ''
    found[#found + 1] = record and shape_text(boards, parsed(record).shape) or ''
  end
  return found
end

-- epoch, board, after which member or '', how many → members
function commands.members()
  local boards, board = boards_at(SERVING, ARGV[3]), board_of(4)
  if not boards then return nil end
  local after = ARGV[9] == '' and '-' or '(' .. ARGV[9]
  local ordered = ordered_key(boards, board)
  return redis.call('ZRANGE', ordered, after, '+', 'BYLEX', 'LIMIT', 0, ARGV[10])
end

-- window → how often this was tried in it, this time included
function commands.allow()
  local tried = redis.call('INCR', KEYS[1])
  if tried == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
  return tried
end

return commands[ARGV[1]]()

-- What scripts find besides Lua's own libraries, as far as it is written in Lua. Runs once for each engine; `native` holds
-- the functions written in Rust. A script runs in a coroutine, which it leaves when its slice is used up.
local native = ...
local raw_create, raw_resume, raw_yield = coroutine.create, coroutine.resume, coroutine.yield
local raw_status, stopped, arm, again = coroutine.status, native.stopped, native.arm, native.again
local enter, log, set_repl = native.enter, native.log, native.set_repl
local select, type, error, unpack, setmetatable = select, type, error, unpack, setmetatable
local rawset, tostring = rawset, tostring

-- What is yielded when the script is to be left, as opposed to what its own coroutines yield.
local SLICE = native.slice

-- Numbers in source text must mean the same everywhere.
local raw_loadstring, in_decimal = loadstring, native.in_decimal
function loadstring(text, ...)
  return raw_loadstring(in_decimal(text), ...)
end

-- Hands on that the script is to be left, until a coroutine yields or returns something of its own.
local function pass(co, ok, mark, ...)
  local stop = stopped(co)
  if stop or (ok and mark == SLICE) then
    if stop ~= 0 then
      raw_yield(SLICE)
    end
    return pass(co, raw_resume(co, again(co)))
  end
  return ok, mark, ...
end

local function create(f)
  local co = raw_create(f)
  arm(co)
  return co
end

-- Coroutines in one another, and calls from Rust to Lua in them, need the machine's own stack: so many (LUAI_MAXCCALLS).
local DEPTH_MAX = 200
local depth = 0

local function left(more, ...)
  depth = depth - more
  return ...
end

local function resume(co, ...)
  local more = 1 + enter(co)
  if depth + more > DEPTH_MAX then
    return false, "C stack overflow"
  end
  depth = depth + more
  return left(more, pass(co, raw_resume(co, ...)))
end

local function returned(ok, ...)
  if not ok then
    error((...), 0)
  end
  return ...
end

function coroutine.create(f)
  return create(f)
end

function coroutine.resume(co, ...)
  return resume(co, ...)
end

function coroutine.wrap(f)
  local co = create(f)
  return function(...)
    return returned(resume(co, ...))
  end
end

-- Protected calls are coroutines too: a Rust function could not be left in the middle.
function pcall(f, ...)
  return resume(create(function(...)
    return f(...)
  end), ...)
end

function xpcall(f, handler)
  local function handled(ok, ...)
    if ok then
      return true, ...
    end
    return false, handler((...))
  end
  return handled(resume(create(function()
    return f()
  end)))
end

-- Likewise functions that call back, when what they call is written in Lua.
local sort_natively, gsub_natively = table.sort, string.gsub

function table.sort(t, before)
  if before == nil then
    return sort_natively(t)
  end
  local n = #t
  -- Bottom-up merge sort.
  local from, width = t, 1
  local items = {}
  for i = 1, n do
    items[i] = t[i]
  end
  while width < n do
    local merged = {}
    for low = 1, n, 2 * width do
      local left, left_end = low, low + width - 1
      local right, right_end = low + width, low + 2 * width - 1
      if left_end > n then left_end = n end
      if right_end > n then right_end = n end
      for at = low, right_end do
        if left <= left_end and (right > right_end or not before(items[right], items[left])) then
          merged[at] = items[left]
          left = left + 1
        else
          merged[at] = items[right]
          right = right + 1
        end
      end
    end
    items, width = merged, 2 * width
  end
  for i = 1, n do
    from[i] = items[i]
  end
end

function string.gsub(text, pattern, replacement, limit)
  if type(replacement) ~= "function" then
    return gsub_natively(text, pattern, replacement, limit)
  end
  -- What is found is gathered first, and replaced last.
  local found, n = {}, 0
  gsub_natively(text, pattern, function(...)
    n = n + 1
    found[n] = { ... }
  end, limit)
  for i = 1, n do
    found[i] = replacement(unpack(found[i])) or false
  end
  n = 0
  return gsub_natively(text, pattern, function()
    n = n + 1
    return found[n]
  end, limit)
end

-- redis.*

redis = native.redis

local function single(field)
  return function(...)
    if select("#", ...) ~= 1 or type((...)) ~= "string" then
      return { err = "wrong number or type of arguments" }
    end
    return { [field] = (...) }
  end
end
redis.error_reply, redis.status_reply = single("err"), single("ok")

redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING = 0, 1, 2, 3
redis.REPL_NONE, redis.REPL_AOF, redis.REPL_SLAVE, redis.REPL_REPLICA, redis.REPL_ALL = 0, 1, 2, 2, 3

function redis.log(level, ...)
  if level == nil or select("#", ...) == 0 then
    error("redis.log() requires two arguments or more.", 0)
  elseif type(level) ~= "number" then
    error("First argument must be a number (log level).", 0)
  elseif level < 0 or level > 3 then
    error("Invalid debug level.", 0)
  end
  log(level, ...)
end

function redis.set_repl(...)
  if select("#", ...) ~= 1 then
    error("redis.set_repl() requires two arguments.", 0)
  end
  local refused = set_repl(...)
  if refused then
    error(refused, 0)
  end
end

math.random, math.randomseed, tonumber = native.random, native.randomseed, native.tonumber

-- Globals: a script neither makes new ones nor reads those that are not there.
dofile, loadfile, debug, newproxy = nil, nil, nil, nil

function print()
end

local globals = _G
setmetatable(globals, {
  __index = function(_, name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end,
  __newindex = function(_, name)
    error("Script attempted to create global variable '" .. tostring(name) .. "'", 2)
  end,
})

-- What the engine calls: makes a script's coroutine, and runs it on.
return function(f, keys, argv)
  depth = 0
  rawset(globals, "KEYS", keys)
  rawset(globals, "ARGV", argv)
  return create(f)
end, function(co)
  local function told(ok, mark)
    local stop = stopped(co)
    if stop == 0 then
      return told(raw_resume(co, again(co)))
    elseif stop or (ok and mark == SLICE) then
      return "slice"
    elseif not ok then
      return "failed", mark
    elseif raw_status(co) == "suspended" then
      return "failed", "attempt to yield from outside a coroutine"
    end
    return "done", mark
  end
  return told(raw_resume(co, again(co)))
end

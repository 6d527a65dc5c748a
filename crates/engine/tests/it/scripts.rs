//! Scripts: replies, restrictions, and propagation.

use crate::common::solo::{Solo, master, say_words as say};

/// The reply of a script, on a master where `s` is a string and `l` a list of b and a.
#[track_caller]
fn check(script: &str, answer: &str) {
    let mut solo = master(&[]);
    solo.cmd("SET s 5");
    solo.cmd("RPUSH l b a");
    let conn = solo.accept();
    assert_eq!(say(&mut solo, conn, &["EVAL", script, "1", "key", "x", "y"]), answer, "{script}");
    assert_eq!(say(&mut solo, conn, &["PING"]), "+PONG|", "{script}");
}

#[test]
fn values_in_and_out() {
    check("return 1", ":1|");
    check("return 3.99", ":3|");
    check("return -3.99", ":-3|");
    check("return 'text'", "$4|text|");
    check("return true", ":1|");
    check("return false", "$-1|");
    check("return nil", "$-1|");
    check("return", "$-1|");
    check("return {1, 'two', {3}, false, nil, 6}", "*4|:1|$3|two|*1|:3|$-1|");
    check("return {ok = 'FINE'}", "+FINE|");
    check("return {err = 'BAD luck'}", "-BAD luck|");
    check("return redis.status_reply('A')", "+A|");
    check("return redis.error_reply('B')", "-B|");
    check("return {KEYS[1], ARGV[1], ARGV[2], ARGV[3]}", "*3|$3|key|$1|x|$1|y|");
    check("return redis.call('get', 's')", "$1|5|");
    check("return redis.call('get', 'none')", "$-1|");
    check("return redis.call('get', 'none') == false", ":1|");
    check("return redis.call('incr', 's')", ":6|");
    check("return redis.call('set', 's', 'v')", "+OK|");
    check("return redis.call('set', 's', 'v').ok", "$2|OK|");
    check("return redis.call('lrange', 'l', 0, -1)", "*2|$1|b|$1|a|");
    check("redis.call('set', 's', 10 / 4) return redis.call('get', 's')", "$3|2.5|");
    check("redis.call('set', 's', 10 / 2) return redis.call('get', 's')", "$1|5|");
    check("return redis.sha1hex('')", "$40|da39a3ee5e6b4b0d3255bfef95601890afd80709|");
    check("redis.call('select', 3) redis.call('set', 'elsewhere', 1) return redis.call('dbsize')", ":1|");
}

/// Numbers are Lua 5.1's: doubles, printed with 14 digits.
#[test]
fn lua_is_5_1() {
    check("return tostring(10 / 2) .. ' ' .. 2^53 .. ' ' .. 1e15 .. ' ' .. 0.1", "$30|5 9.007199254741e+15 1e+15 0.1|");
    check("return #{unpack({1, 2, 3})}", ":3|");
    check("return table.concat({1, 2}, ',') .. string.format('%5.2f|%d|%s', 3.14159, 3, 1e3)", "$15|1,2 3.14|3|1000|");
    check("local t = {3, 1, 2} table.sort(t, function(a, b) return a > b end) return t", "*3|:3|:2|:1|");
    check("return (string.gsub('hello world', 'o', function(c) return '<' .. c .. '>' end))", "$15|hell<o> w<o>rld|");
    check("return (string.gsub('abc', '', function() return '-' end))", "$7|-a-b-c-|");
    check("return (string.gsub('k=v, x=y', '(%w)=(%w)', function(k, v) return v .. k end))", "$6|vk, yx|");
    check("return loadstring('return 7')()", ":7|");
    check(
        "local co = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end) \
           return {co(1), co(10)}",
        "*2|:2|:20|",
    );
    check(
        "local co = coroutine.create(function() return redis.call('get', 's') end) \
           return {select('#', coroutine.resume(co)), coroutine.status(co)}",
        "*2|:2|$4|dead|",
    );
    check("local n = 0 for k in string.gmatch('a,b,c', '%a') do n = n + 1 end return n", ":3|");
    // drand48 from the same seed each time.
    check(
        "return tostring(math.random()) .. ' ' .. math.random(10) .. ' ' .. math.random(5, 6)",
        "$20|0.17082803611217 8 5|",
    );
}

#[test]
fn libraries() {
    check("return cjson.encode({1, 'a', {x = true}, cjson.null, 1.5})", "$27|[1,\"a\",{\"x\":true},null,1.5]|");
    check(
        "return cjson.encode({}) .. cjson.encode('/\\n\"') .. cjson.encode({[1] = 1, [3] = 3})",
        "$20|{}\"\\/\\n\\\"\"[1,null,3]|",
    );
    check(
        "local t = cjson.decode('{\"a\": [1, 2.5, {\"b\": null}], \"c\": \"\\\\u00e9\\\\ud83d\\\\ude00\"}') \
           return {t.a[1], tostring(t.a[2]), tostring(t.a[3].b == cjson.null), t.c}",
        "*4|:1|$3|2.5|$4|true|$6|é😀|",
    );
    check("return tostring(pcall(cjson.decode, '[1, 2'))", "$5|false|");
    check("return tostring(pcall(cjson.decode, string.rep('[', 5000)))", "$5|false|");
    check("local t = {} t[1] = t return tostring(pcall(cjson.encode, t))", "$5|false|");
    check(
        "return {bit.band(0xff, 0x0f, 6), bit.bor(1, 2, 4), bit.bxor(1, 3), bit.bnot(0), bit.lshift(1, 31)}",
        "*5|:6|:7|:2|:-1|:-2147483648|",
    );
    check(
        "return \
         {bit.rshift(-1, 28), bit.arshift(-16, 2), bit.rol(0x80000000, 1), bit.ror(1, 1), bit.bswap(1), bit.tobit(2^32 \
         + 5)}",
        "*6|:15|:-4|:1|:-2147483648|:16777216|:5|",
    );
    check("return bit.tohex(255) .. bit.tohex(-1, 4) .. bit.tohex(171, -2)", "$14|000000ffffffAB|");
}

/// The hexadecimal text of the string that this expression returns.
#[track_caller]
fn check_bytes(expression: &str, hex: &str) {
    let script = format!("return (string.gsub({expression}, '.', function(c) return bit.tohex(c:byte(), 2) end))");
    check(&script, &format!("${}|{hex}|", hex.len()));
}

#[test]
fn struct_packs_as_c_does() {
    check_bytes("struct.pack('>I2h', 258, -2)", "0102fffe");
    check_bytes("struct.pack('<i4BbL', 1, 255, -1, 2)", "01000000ffff0200000000000000");
    check_bytes("struct.pack('!4 b i4', 1, 2)", "0100000002000000");
    check_bytes("struct.pack('>d f x', 1, -0.5)", "3ff0000000000000bf00000000");
    check_bytes("struct.pack('s c2 c0', 'ab', 'xyz', 'q')", "616200787971");
    check("return {struct.unpack('>I2h', struct.pack('>I2h', 258, -2))}", "*3|:258|:-2|:5|");
    check("return {struct.unpack('B c0 s', '\\3abcde\\0f')}", "*3|$3|abc|$2|de|:8|");
    check("return {struct.unpack('>i3 I9', '\\255\\255\\254\\0\\0\\0\\0\\0\\0\\0\\1\\2')}", "*3|:-2|:258|:13|");
    check("return {struct.unpack('<d', struct.pack('<d', 7), 1)}", "*2|:7|:9|");
    check("return {struct.unpack('b', 'ab', 2)}", "*2|:98|:3|");
    check("return {struct.size('!8 b d'), struct.size('i3 c10 x'), struct.size('!16 b i16')}", "*3|:16|:14|:32|");
    for refused in [
        "struct.pack, 'q', 1",
        "struct.pack, 'i33', 1",
        "struct.pack, '!3', 1",
        "struct.pack, 'i99999999999999999999', 1",
        "struct.pack, 'c4', 'abc'",
        "struct.pack, 'b'",
        "struct.unpack, 'i4', 'abc'",
        "struct.unpack, 's', 'abc'",
        "struct.unpack, 'c0', 'abc'",
        "struct.unpack, 'Bc0', '\\9abc'",
        "struct.unpack, 'c2147483647', 'abc'",
        "struct.unpack, 'b', 'abc', 0",
        "struct.unpack, 'b', 'abc', 1e300",
        "struct.unpack, 'ic0', '\\255\\255\\255\\255'",
        "struct.size, 's'",
        "struct.size, 'c0'",
    ] {
        check(&format!("return tostring(pcall({refused}))"), "$5|false|");
    }
}

#[test]
fn message_pack() {
    check_bytes("cmsgpack.pack(1, -1, 200, 65535, 65536, 2^40)", "01ffccc8cdffffce00010000cf0000010000000000");
    check_bytes("cmsgpack.pack(-32, -33, -200, -40000, -2^40)", "e0d0dfd1ff38d2ffff63c0d3ffffff0000000000");
    check_bytes("cmsgpack.pack(1.5, 0.1, true, false, nil)", "ca3fc00000cb3fb999999999999ac3c2c0");
    check_bytes("cmsgpack.pack('ab', {1, 'x'}, {}, {k = 1})", "a261629201a1789081a16b01");
    check_bytes("cmsgpack.pack(string.rep('a', 40)):sub(1, 3)", "d92861");
    check_bytes("cmsgpack.pack(string.rep('a', 300)):sub(1, 4)", "da012c61");
    check("return #cmsgpack.pack(string.rep('a', 70000))", ":70005|");
    check(
        "local t = \
         cmsgpack.unpack(cmsgpack.pack({1, -5, 1.5, 'text', {a = {true}}, 2^33, -2^33, string.rep('s', 300)})) return \
         {t[1], t[2], tostring(t[3]), t[4], tostring(t[5].a[1]), tostring(t[6] == 2^33), tostring(t[7] == -2^33), #t[8]\
         }",
        "*8|:1|:-5|$3|1.5|$4|text|$4|true|$4|true|$4|true|:300|",
    );
    check("local t = {} for i = 1, 1000 do t[i] = i end return cmsgpack.unpack(cmsgpack.pack(t))[1000]", ":1000|");
    check("return {cmsgpack.unpack('\\1\\2\\3')}", "*3|:1|:2|:3|");
    check("return {cmsgpack.unpack_one('\\1\\2\\3')}", "*2|:1|:1|");
    check("return {cmsgpack.unpack_one('\\1\\2\\3', 2)}", "*2|:-1|:3|");
    check("return {cmsgpack.unpack_limit('\\1\\2\\3', 2)}", "*3|:2|:1|:2|");
    check("local t = {} t[1] = t return #cmsgpack.pack(t)", ":17|");
    for refused in [
        "cmsgpack.pack",
        "cmsgpack.unpack, '\\193'",
        "cmsgpack.unpack, '\\146\\1'",
        "cmsgpack.unpack, '\\221\\255\\255\\255\\255'",
        "cmsgpack.unpack, '\\129\\192\\1'",
        "cmsgpack.unpack, '\\219\\255\\255\\255\\255a'",
        "cmsgpack.unpack, string.rep('\\145', 100000)",
        "cmsgpack.unpack_one, 'a', 5",
        "cmsgpack.unpack_limit, 'a', -1",
        "cmsgpack.unpack, {}",
    ] {
        check(&format!("return tostring(pcall({refused}))"), "$5|false|");
    }
}

#[test]
fn errors() {
    let name = |script: &str| sha1_smol::Sha1::from(script).digest().to_string();
    #[track_caller]
    fn fails(script: &str, at: &str) {
        let sha = sha1_smol::Sha1::from(script).digest().to_string();
        check(script, &format!("-ERR Error running script (call to f_{sha}): @user_script:{at} |"));
    }
    assert_eq!(name("return 1"), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
    fails("error('boom')", "1: user_script:1: boom");
    fails("\n\nerror('boom', 0)\n", "3: boom");
    fails("return redis.call('incr', 'l')", "1: WRONGTYPE Operation against a key holding the wrong kind of value");
    fails("\nlocal x = redis.call('nosuch')", "2: @user_script: 2: Unknown Redis command called from Lua script");
    fails("redis.call('get')", "1: @user_script: 1: Wrong number of args calling Redis command From Lua script");
    fails("redis.call('get', {})", "1: @user_script: 1: Lua redis() command arguments must be strings or integers");
    fails("redis.call()", "1: @user_script: 1: Please specify at least one argument for redis.call()");
    fails("redis.call('blpop', 'l', 0)", "1: @user_script: 1: This Redis command is not allowed from scripts");
    fails("x = 1", "1: user_script:1: Script attempted to create global variable 'x'");
    fails("return x", "1: user_script:1: Script attempted to access nonexistent global variable 'x'");
    fails("return redis.breakpoint()", "1: user_script:1: attempt to call field 'breakpoint' (a nil value)");
    check("return redis.pcall('incr', 'l')", "-WRONGTYPE Operation against a key holding the wrong kind of value|");
    check(
        "return redis.pcall('incr', 'l').err",
        "$65|WRONGTYPE Operation against a key holding the wrong kind of value|",
    );
    check(
        "local ok, e = pcall(redis.call, 'incr', 'l') return {tostring(ok), e}",
        "*2|$5|false|$65|WRONGTYPE Operation against a key holding the wrong kind of value|",
    );
    check(
        "local ok, e = pcall(function() return redis.call('get', 's') end) return {tostring(ok), e}",
        "*2|$4|true|$1|5|",
    );
    check("local ok, e = pcall(error, {code = 7}) return e.code", ":7|");
    check("return select(2, xpcall(function() error('x', 0) end, function(e) return e .. '!' end))", "$2|x!|");
    let mut solo = master(&[]);
    let conn = solo.accept();
    let compile = say(&mut solo, conn, &["EVAL", "return (", "0"]);
    assert!(compile.starts_with("-ERR Error compiling script (new function): user_script:1:"), "{compile}");
    for (words, answer) in [
        (&["EVAL", "return 1", "x"][..], "-ERR value is not an integer or out of range|"),
        (&["EVAL", "return 1", "1"], "-ERR Number of keys can't be greater than number of args|"),
        (&["EVAL", "return 1", "-1"], "-ERR Number of keys can't be negative|"),
        (
            &["EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0"],
            "-NOSCRIPT No matching script. Please use EVAL.|",
        ),
        (&["SCRIPT", "LOAD", "return 1"], "$40|e0e1f9fabfc9d4800c877a703b823ac0578ff8db|"),
        (&["EVALSHA", "E0E1F9FABFC9D4800C877A703B823AC0578FF8DB", "0"], ":1|"),
        (&["SCRIPT", "EXISTS", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "x"], "*2|:1|:0|"),
        (&["SCRIPT", "FLUSH"], "+OK|"),
        (
            &["EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0"],
            "-NOSCRIPT No matching script. Please use EVAL.|",
        ),
        (&["SCRIPT", "KILL"], "-NOTBUSY No scripts in execution right now.|"),
        (&["SCRIPT", "DEBUG", "NO"], "+OK|"),
    ] {
        assert_eq!(say(&mut solo, conn, words), answer, "{words:?}");
    }
}

#[test]
fn effects_are_propagated() {
    #[track_caller]
    fn check(script: &str, stream: &[&str]) {
        let mut solo = master(&[]);
        let replica = solo.attach_replica();
        solo.cmd("SET s 1");
        solo.stream(replica);
        let conn = solo.accept();
        say(&mut solo, conn, &["EVAL", script, "0"]);
        assert_eq!(solo.stream(replica), stream, "{script}");
    }
    check("return redis.call('get', 's')", &[]);
    check(
        "redis.call('incr', 's') redis.call('get', 's') redis.call('set', 'a', 'b')",
        &["MULTI", "incr s", "set a b", "EXEC"],
    );
    check("redis.call('del', 'none')", &["MULTI", "EXEC"]);
    check("redis.call('incr', 's') error('late')", &["MULTI", "incr s", "EXEC"]);
    check("redis.set_repl(redis.REPL_NONE) redis.call('incr', 's')", &[]);
    check(
        "redis.call('incr', 's') redis.set_repl(redis.REPL_AOF) redis.call('incr', 's')",
        &["MULTI", "incr s", "EXEC"],
    );
    check("redis.call('select', 2) redis.call('set', 'x', 1)", &["MULTI", "SELECT 2", "set x 1", "SELECT 0", "EXEC"]);
    // Inside a transaction MULTI was propagated already.
    let mut solo = master(&[]);
    let replica = solo.attach_replica();
    let conn = solo.accept();
    say(&mut solo, conn, &["MULTI"]);
    say(&mut solo, conn, &["EVAL", "return redis.call('set', 'a', 'b')", "0"]);
    assert_eq!(say(&mut solo, conn, &["EXEC"]), "*1|+OK|");
    assert_eq!(solo.stream(replica), ["SELECT 0", "MULTI", "set a b", "EXEC"]);
    // A push in a script unblocks clients, afterwards.
    let waiting = solo.accept();
    say(&mut solo, waiting, &["BLPOP", "l", "0"]);
    say(&mut solo, conn, &["EVAL", "return redis.call('rpush', 'l', 1, 2)", "0"]);
    solo.expect(waiting, "*2\r\n$1\r\nl\r\n$1\r\n1\r\n");
    assert_eq!(solo.stream(replica), ["MULTI", "rpush l 1 2", "EXEC", "LPOP l"]);
}

#[test]
fn whole_scripts_are_propagated() {
    let mut solo = master(&["lua-replicate-commands no"]);
    let replica = solo.attach_replica();
    let conn = solo.accept();
    let (incr, get) = ("return redis.call('incr', KEYS[1])", "return redis.call('get', KEYS[1])");
    let sha = |script: &str| sha1_smol::Sha1::from(script).digest().to_string();
    let (incr_sha, get_sha) = (sha(incr), sha(get));
    let incr_eval = format!("EVAL {incr} 1 n");
    for (words, stream) in [
        (&["eval", incr, "1", "n"][..], vec!["SELECT 0".to_owned(), format!("eval {incr} 1 n")]),
        (&["EVALSHA", &incr_sha, "1", "n"], vec![incr_eval.clone()]),
        (&["evalsha", &incr_sha, "1", "n"], vec![format!("evalsha {incr_sha} 1 n")]),
        (&["EVAL", get, "1", "n"], vec![]),
        (&["EVALSHA", &get_sha, "1", "n"], vec![format!("SCRIPT LOAD {get}")]),
        (&["EVALSHA", &get_sha, "1", "n"], vec![]),
        (&["SCRIPT", "FLUSH"], vec!["SCRIPT FLUSH".into()]),
        (&["SCRIPT", "LOAD", incr], vec![format!("SCRIPT LOAD {incr}")]),
        (&["EVALSHA", &incr_sha, "1", "n"], vec![incr_eval]),
        (
            &["EVAL", "redis.replicate_commands() return redis.call('incr', 'n')", "0"],
            vec!["MULTI".into(), "incr n".into(), "EXEC".into()],
        ),
    ] {
        say(&mut solo, conn, words);
        assert_eq!(solo.stream(replica), stream, "{words:?}");
    }
    let random = say(&mut solo, conn, &["EVAL", "redis.call('time') return redis.pcall('set', 'a', 1)", "0"]);
    assert!(random.contains("Write commands not allowed after non deterministic commands"), "{random}");
    // Replies of sets are sorted, so that every replica sees the same.
    say(&mut solo, conn, &["SADD", "set", "c", "a", "b"]);
    assert_eq!(say(&mut solo, conn, &["EVAL", "return redis.call('smembers', 'set')", "0"]), "*3|$1|a|$1|b|$1|c|");
}

/// Unordered replies are sorted for scripts.
#[test]
fn replies_of_sets_are_sorted() {
    check(
        "redis.call('sadd', 'z', 'c', 'a', 'b') return redis.call('sort', 'z', 'by', 'nosort')",
        "*3|$1|a|$1|b|$1|c|",
    );
    check(
        "redis.call('sadd', 'z', 'c', 'a', 'b') return redis.call('sort', 'z', 'by', 'nosort', 'desc', 'get', '#')",
        "*3|$1|c|$1|b|$1|a|",
    );
}

/// Random numbers are the same for each script, unless its effects are propagated.
#[test]
fn random_numbers() {
    let mut solo = master(&[]);
    let conn = solo.accept();
    let mut twice = |script: &str| [(); 2].map(|()| say(&mut solo, conn, &["EVAL", script, "0"]));
    let [one, other] = twice("return math.random(1000000)");
    assert_eq!(one, other);
    let [one, other] = twice("redis.replicate_commands() return math.random(1000000)");
    assert_ne!(one, other);
}

/// Commands can be called from anywhere.
#[test]
fn calls_from_iterators_and_metamethods() {
    check(
        "local n = 0 for i in function(_, i) return redis.call('lindex', 'l', n) or nil end do n = n + 1 end return n",
        ":2|",
    );
    check("local t = setmetatable({}, {__index = function(_, k) return redis.call('get', k) end}) return t.s", "$1|5|");
    check(
        "local t = setmetatable({}, {__newindex = function(_, k, v) redis.call('set', k, v) end}) t.s = 7 return \
         redis.call('get', 's')",
        "$1|7|",
    );
    check("return (string.gsub('s-l', '%a', function(k) return redis.call('exists', k) + 1 end))", "$3|2-2|");
    check(
        "local t = setmetatable({}, {__index = function(_, k) return redis.call('incr', k) end}) \
           local ok, e = pcall(function() return t.l end) return {tostring(ok), e}",
        "*2|$5|false|$65|WRONGTYPE Operation against a key holding the wrong kind of value|",
    );
    check(
        "for i in function() redis.log(redis.LOG_DEBUG, 'x') return redis.replicate_commands() end do \
           for k in function() redis.set_repl(redis.REPL_ALL) end do end return tostring(i) end",
        "$4|true|",
    );
}

/// Time does not advance in a script, however long it runs.
#[test]
fn time_is_frozen() {
    let mut solo = master(&[]);
    solo.cmd("SET a 1 PX 20");
    let conn = solo.accept();
    let script = "local t = redis.call('pttl', 'a') for i = 1, 1000000 do end return {t, redis.call('pttl', 'a')}";
    assert_eq!(say(&mut solo, conn, &["EVAL", script, "0"]), "");
    solo.run_ms(1000);
    solo.expect(conn, "*2\r\n:20\r\n:20\r\n");
    assert_eq!(solo.cmd("EXISTS a"), ":0\r\n");
}

/// Endless nesting fails the script and nothing else.
#[test]
fn deep_nesting() {
    check("local function f(n) return 1 + f(n + 1) end return tostring(pcall(f, 1))", "$5|false|");
    check("local function f(n) return pcall(f, n + 1) end return tostring(f(1))", "$4|true|");
    check(
        "local t = setmetatable({}, \
         {__index = function(t, k) return select(2, pcall(function() return t[k + 1] end)) end}) return \
         tostring(pcall(function() return t[1] end))",
        "$4|true|",
    );
    check(
        "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) return tostring(pcall(function() \
         return t[1] end))",
        "$5|false|",
    );
    check("local function f() return coroutine.wrap(f)() end return tostring(pcall(f))", "$5|false|");
}

#[test]
fn scripts_stay_cached() {
    let mut solo = Solo::new(&[]);
    let conn = solo.accept();
    let mut shas = Vec::new();
    for i in 0..1000 {
        solo.say(conn, format!("SCRIPT LOAD \"return {i}\"\r\n").as_bytes());
        shas.push(solo.sent(conn)[5..45].to_owned());
        let old = i * 7919 % shas.len();
        solo.say(conn, format!("EVALSHA {} 0\r\n", shas[old]).as_bytes());
        solo.expect(conn, &format!(":{old}\r\n"));
    }
}

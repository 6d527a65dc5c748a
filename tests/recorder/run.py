"""Record the scenarios against a program with redis-server's command line, and compare them with tests/golden.

usage: run.py PROGRAM [LETTER ...]      exit 0 when every scenario agrees; prints 'N passed, M failed' last.
       REDIS_CLI_5=PATH                 the redis-cli of 5.0.14: scenario y, which needs it, is recorded too.

Each scenario runs in a network namespace of its own where that is possible (Linux, as root), several at once; otherwise one
after the other, for all use the same ports. A scenario that does not agree is recorded again: its timing is that of a real
machine, which may be busy. What never agrees twice even for a real Redis is listed in README.md.
"""
import concurrent.futures, contextlib, ctypes, fcntl, glob, io, os, re, signal, socket, struct, subprocess, sys, tempfile, time

import compare

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(os.path.dirname(HERE), 'golden')
# where each scenario stands; m and s stop a forked child by its process id
SCENARIOS = {'t': 3, 'u': 4, 'z': 4, 'a': 1, 'g': 2, 'l': 2, 'i': 2, 'p': 3, 'f': 1, 'j': 2, 'x': 4, 'o': 3, 'b': 1,
             'g2': 2, 'c': 1, 'd': 1, 'h': 2, 'v': 5, 'aa': 5, 'y': 4}
# the redis-cli of 5.0.14, which no package of today has
REDIS_CLI_5 = os.environ.get('REDIS_CLI_5', '')
# the ID of a stream's entry, which is a time
ENTRY = re.compile(rb'[0-9]{13}-[0-9]+')
# asks how many commands there are
COUNTS = re.compile(rb'^:(200|1[0-9][0-9])$')
# streams that the real Redis recorded twice does not agree with itself on, by timing alone
BY_TIMING = {'g': 2, 'j': 1, 'l': 2, 'p': 2, 't': 5, 'v': 1}
ATTEMPTS = 3
PATIENCE = 120
AT_ONCE = 6
CLONE_NEWNET, SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x40000000, 0x8913, 0x8914, 1


def own_network():
    """a network namespace in which there is nothing but loopback; raises OSError where that is not allowed"""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), 'unshare')
    with socket.socket() as s:
        flags = struct.unpack('16sh', fcntl.ioctl(s, SIOCGIFFLAGS, struct.pack('16sh', b'lo', 0)))[1]
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack('16sh', b'lo', flags | IFF_UP))


def has_own_networks():
    pid = os.fork()
    if pid == 0:
        try: own_network()
        except OSError: os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


def record(letter, program, root, isolated):
    """one recording; returns what went wrong, or None"""
    for folder in ('redis5/src', 'golden', 'run'): os.makedirs(os.path.join(root, folder), exist_ok=True)
    stand_in = os.path.join(root, 'redis5/src/redis-server')
    if not os.path.exists(stand_in): os.symlink(os.path.abspath(program), stand_in)
    cli = os.path.join(root, 'redis5/src/redis-cli')
    if letter == 'y' and not os.path.exists(cli): os.symlink(os.path.abspath(REDIS_CLI_5), cli)
    p = subprocess.Popen([sys.executable, 'scen%d.py' % SCENARIOS[letter], 's_' + letter], cwd=HERE, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                         env=dict(os.environ, ORACLE_ROOT=root, PYTHONDONTWRITEBYTECODE='1'),
                         preexec_fn=own_network if isolated else None)
    try: out = p.communicate(timeout=PATIENCE)[0]
    except subprocess.TimeoutExpired: out = 'took more than %d s' % PATIENCE
    # whatever a scenario that failed left behind is in its session
    with contextlib.suppress(ProcessLookupError): os.killpg(p.pid, signal.SIGKILL)
    p.wait()
    return None if p.returncode == 0 and ('s_%s ok' % letter) in out else out.strip()


def kind(message, of_commands):
    """what a message is, whatever random or timed things stand in it"""
    if message[:1] != b'*': return mask_numbers(message) if message[:1] in b'+-' else message[:1].replace(b'<', b'$')
    parts = message.split(b'\r\n')
    return b' '.join(parts[:1] + parts[2:3]).upper() if of_commands else parts[0]


def mask_numbers(message):
    return re.sub(rb'[0-9]+', b'#', compare.mask(message, {}))


def kinds(path):
    return {key: {kind(message, not key[0].endswith('->client')) for message in compare.messages(b)}
            for key, b in compare.streams(path).items()}


def without_times(messages):
    return lambda b: [ENTRY.sub(b'<entry>', m) for m in messages(b) if not COUNTS.search(m)]


# the answer to COMMAND: its order is that of a hash table seeded at random, and we have fewer
TABLE = re.compile(rb'^\*[0-9]+\r\n\*6\r\n')


def table(path):
    """every command that COMMAND told of in a recording, as it was told"""
    said = [m for b in compare.streams(path).values() for m in ALL_MESSAGES(b) if TABLE.match(m)]
    return {entry.rstrip(b'\r\n') for m in said for entry in m.split(b'*6\r\n')[1:]}


def without_table(messages):
    return lambda b: [b'(COMMAND)' if TABLE.match(m) else m for m in messages(b)]


ALL_MESSAGES = compare.messages


def agrees(letter, root):
    """(whether, what was said)"""
    name = os.path.basename(glob.glob(os.path.join(GOLDEN, letter + '_*.jsonl'))[0])
    golden, candidate = os.path.join(GOLDEN, name), os.path.join(root, 'golden', name)
    # one scenario has times in it, one the whole table of commands
    compare.messages = {'g': without_times, 'y': without_table}.get(letter, lambda messages: messages)(ALL_MESSAGES)
    strange = sorted(table(candidate) - table(golden)) if letter == 'y' else []
    if strange: return False, 'COMMAND tells otherwise of %s' % strange
    said = io.StringIO()
    with contextlib.redirect_stdout(said): compare.main(golden, candidate)
    last = said.getvalue().strip().splitlines()[-1].split()
    differing = int(last[1]) - int(last[3])
    if differing == 0: return True, ''
    if differing > BY_TIMING.get(letter, 0): return False, said.getvalue()
    # these may differ in what is random and in when it happened, but not in what happened
    g, c = kinds(golden), kinds(candidate)
    strange = ['%s: %s' % (key, sorted(g[key] ^ c.get(key, set()))) for key in g if g[key] != c.get(key, set())]
    return not strange, said.getvalue() + '\n'.join(strange)


def main(program, letters):
    letters = letters or [letter for letter in SCENARIOS if letter != 'y' or REDIS_CLI_5]
    if 'y' in letters and not os.access(REDIS_CLI_5, os.X_OK):
        sys.exit('scenario y needs the redis-cli of 5.0.14: set REDIS_CLI_5 to its path')
    isolated = has_own_networks()
    attempts = {letter: 0 for letter in letters}
    left, failed = list(letters), []
    with tempfile.TemporaryDirectory(prefix='psyncscope-recorder-') as scratch:
        roots = {letter: os.path.join(scratch, letter) for letter in letters}
        while left:
            # again: one at a time, so that nothing else here keeps the machine busy
            first = all(attempts[letter] == 0 for letter in left)
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE if isolated and first else 1) as pool:
                results = dict(zip(left, pool.map(lambda x: record(x, program, roots[x], isolated), left)))
            again = []
            for letter, trouble in results.items():
                attempts[letter] += 1
                ok, said = (False, trouble) if trouble else agrees(letter, roots[letter])
                if ok: print('%-3s agrees' % letter, flush=True)
                elif attempts[letter] < ATTEMPTS: again.append(letter)
                else:
                    failed.append(letter); print('%-3s DIFFERS\n%s' % (letter, said), flush=True)
            left = again
    print('%d passed, %d failed' % (len(letters) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2:]))

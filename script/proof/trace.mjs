// What strace -f -y wrote, as calls with their beginnings and ends.

/** A system call. `begin` and `end` are lines of the trace: another thread's calls may stand between them. */
class Call {
    constructor(call, text, begin, end) {
        Object.assign(this, { call, text, begin, end });
        this.failed = / = -1 /.test(text.slice(text.lastIndexOf(')')));
        [, this.file] = /^\d+<((?:[^>\\]|\\.)*)>/.exec(text) ?? [];
    }

    /** Whether it writes to a file whose path ends so. */
    writes(path) {
        return !this.failed && ['write', 'pwrite64', 'writev'].includes(this.call) && this.file?.endsWith(path);
    }

    /** Whether it brings a file or folder whose path ends so to the disk. */
    syncs(path) {
        return !this.failed && ['fsync', 'fdatasync'].includes(this.call) && this.file?.endsWith(path);
    }

    /** Whether it carries a blob's row of that key in that state: the state stands a few columns after the key. */
    says(key, state) {
        const rest = this.text.split(key).slice(1);
        return rest.some(after => after.slice(0, 400).split(/[0-9a-v]{2}\/[0-9a-v]{26}/)[0].includes(state));
    }
}

export class Trace {
    calls = [];

    constructor(text) {
        const unfinished = new Map();
        for (const [number, line] of text.split('\n').entries()) {
            const [, thread, rest] = /^(\d+) +(.*)$/.exec(line) ?? [];
            const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest ?? '');
            const whole = /^(\w+)\((.*)$/.exec(rest ?? '');
            if (resumed && unfinished.has(thread)) {
                const { call, text, begin } = unfinished.get(thread);
                this.calls.push(new Call(call, text + resumed[2], begin, number + 1));
                unfinished.delete(thread);
            } else if (whole?.[2].endsWith(' <unfinished ...>')) {
                unfinished.set(thread, { call: whole[1], text: whole[2].slice(0, -' <unfinished ...>'.length), begin: number + 1 });
            } else if (whole) {
                this.calls.push(new Call(whole[1], whole[2], number + 1, number + 1));
            }
        }
        this.calls.sort((one, other) => one.begin - other.begin);
    }

    /** The first such call that begins after that line. */
    first(is, after = 0) {
        return this.calls.find(call => call.begin > after && is(call));
    }

    /** The last such call that begins before that line. */
    last(is, before = Infinity) {
        return this.calls.filter(call => call.begin < before && is(call)).at(-1);
    }

    /** The call that read the beginning of a request; of what came before, only so much is asked for at first. */
    request(line, after) {
        const asked = ({ call, text }) => /^(recvfrom|read)$/.test(call) && line.startsWith(/"((?:GET|POST|PUT) [^"]*?)(?: ?HTTP[^"]*)?"/.exec(text)?.[1].slice(0, line.length) ?? '-');
        return this.first(asked, after);
    }

    /** The answer on the same connection. */
    answer(request) {
        const is = ({ call, file, text }) => /^(write|writev|sendto|sendmsg)$/.test(call) && file === request.file && text.includes('HTTP/1.1 ');
        return request && this.first(is, request.end);
    }
}

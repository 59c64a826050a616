# Which TCP ports of ADDRESS let a packet through: all that accept or refuse. Silence is what a closed one has to say.
# usage: port-scan.py ADDRESS LAST; prints those of 1 to LAST, sorted, in one line
import errno, resource, select, socket, sys, time

BATCH = 6000
PATIENCE = 2.5
resource.setrlimit(resource.RLIMIT_NOFILE, (BATCH + 200, BATCH + 200))
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET


def answering(ports):
    found, waiting, poll = set(), {}, select.epoll()
    for port in ports:
        knock = socket.socket(family, socket.SOCK_STREAM)
        knock.setblocking(False)
        result = knock.connect_ex((sys.argv[1], port))
        if result in (0, errno.ECONNREFUSED):
            found.add(port)
        elif result != errno.EINPROGRESS:
            raise OSError(result, errno.errorcode[result])
        waiting[knock.fileno()] = (port, knock)
        poll.register(knock, select.EPOLLOUT)
    end = time.monotonic() + PATIENCE
    while (left := end - time.monotonic()) > 0:
        for number, _ in poll.poll(left):
            port, knock = waiting[number]
            if knock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) in (0, errno.ECONNREFUSED):
                found.add(port)
            poll.unregister(number)
    for _, knock in waiting.values():
        knock.close()
    return found


ports = range(1, int(sys.argv[2]) + 1)
found = [port for start in range(0, len(ports), BATCH) for port in answering(ports[start : start + BATCH])]
# Twice: a knock may look like the answer to one of the other side's, when that scanned us a moment ago.
print(*sorted(answering(found)))

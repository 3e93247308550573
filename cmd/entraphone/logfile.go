package main

import (
	"fmt"
	"math"
	"os"
	"sync"

	"entraphone/internal/report"
)

// logFile is a log that begins anew when it would grow beyond its size: FILE.1 is then
// what it was, FILE.2 what it was before that, and so on. Only its owner can read it. A
// line that cannot be written does not end the run, which is worth more; the first one
// is told. Several processes may write to one log: each line is one write to its end.
type logFile struct {
	mu    sync.Mutex
	path  string
	of    string // the tenant that lines are of; empty where there is one only
	most  int64  // bytes
	file  *os.File
	told  bool
	torn  bool // a line of it has no end
	tell  func(error)
	older int // files that are kept beside it
}

// keptLogs are the older files that are kept beside the log.
const keptLogs = 5

// openLogFile opens a log to go on with it.
func openLogFile(path string, most int64, tell func(error)) (*logFile, error) {
	l := &logFile{path: path, most: most, tell: tell, older: keptLogs}
	return l, l.open()
}

func (l *logFile) open() error {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		l.file = file
	}
	return err
}

// Write writes one line, as zerolog hands it over, and never fails.
func (l *logFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.complain(l.write(line))
	return len(line), nil
}

// complain tells of the first error.
func (l *logFile) complain(err error) {
	if err != nil && !l.told {
		l.told = true
		l.tell(err)
	}
}

func (l *logFile) write(line []byte) error {
	if l.of != "" {
		line = fmt.Appendf(nil, "{\"tenant\":%q,%s", l.of, line[1:])
	}
	if err := l.room(int64(len(line))); err != nil {
		return err
	}
	if l.torn {
		line = append([]byte{'\n'}, line...)
	}
	n, err := l.file.Write(line)
	if n > 0 {
		l.torn = n < len(line)
	}
	return err
}

// room sees to it that the file is open and has room for so many bytes. A device has it
// always, and so has a file that is empty.
func (l *logFile) room(n int64) error {
	for {
		if l.file == nil {
			if err := l.open(); err != nil {
				return err
			}
		}
		info, err := l.file.Stat()
		if err != nil || !info.Mode().IsRegular() || info.Size() == 0 || info.Size()+n <= l.most {
			return err
		}
		if err := l.rotate(info); err != nil { // a long log is better than none
			l.complain(err)
			l.most = math.MaxInt64
		}
	}
}

// rotate makes room for a new file, unless somebody else has done so. On Windows a file
// is renamed only when nobody has it open.
func (l *logFile) rotate(full os.FileInfo) error {
	err := l.file.Close()
	l.file, l.torn = nil, false
	if there, gone := os.Stat(l.path); gone != nil || !os.SameFile(there, full) {
		return err
	}
	name := func(n int) string { return fmt.Sprintf("%s.%d", l.path, n) }
	for n := l.older - 1; n >= 1 && err == nil; n-- {
		if exists(name(n)) {
			err = os.Rename(name(n), name(n+1))
		}
	}
	if err == nil {
		err = os.Rename(l.path, name(1))
	}
	return err
}

// keepLog opens the log file, if there is to be one. One that cannot be opened is a
// mistake on the command line: who asked for a log wants it from the first line on.
func (c *console) keepLog(o outputOptions) []error {
	if o.logFile == "" || c.file != nil {
		return nil
	}
	file, err := openLogFile(o.logFile, int64(o.logSize)<<20, func(err error) {
		fmt.Fprintf(c, "entraphone: warning: writing --log-file: %s; the run goes on\n", report.Printable(err.Error()))
	})
	if err != nil {
		return []error{fmt.Errorf("--log-file: %w", err)}
	}
	file.of, c.file = c.tenant, file
	return nil
}

// endLog closes the log file.
func (c *console) endLog() {
	if c.file != nil && c.file.file != nil {
		_ = c.file.file.Close()
	}
}

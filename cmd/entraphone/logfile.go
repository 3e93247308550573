package main

import (
	"fmt"
	"os"
	"sync"

	"entraphone/internal/report"
)

// logFile is a log that begins anew when it would grow beyond its size: FILE.1 is then
// what it was, FILE.2 what it was before that, and so on. Only its owner can read it. A
// line that cannot be written does not end the run, which is worth more; the first one
// is told.
type logFile struct {
	mu    sync.Mutex
	path  string
	most  int64 // bytes
	file  *os.File
	size  int64
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
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() { // a device has no size, and is not renamed
		l.most = 0
	} else {
		l.size = info.Size()
	}
	l.file = file
	return nil
}

// Write writes one line, as zerolog hands it over, and never fails.
func (l *logFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.write(line); err != nil && !l.told {
		l.told = true
		l.tell(err)
	}
	return len(line), nil
}

func (l *logFile) write(line []byte) error {
	if l.most > 0 && l.size > 0 && l.size+int64(len(line)) > l.most {
		if err := l.rotate(); err != nil {
			return err
		}
	}
	if l.file == nil {
		if err := l.open(); err != nil {
			return err
		}
	}
	if l.torn {
		line = append([]byte{'\n'}, line...)
	}
	n, err := l.file.Write(line)
	l.size += int64(n)
	if n > 0 {
		l.torn = n < len(line)
	}
	return err
}

// rotate makes room for a new file. On Windows a file is renamed only when it is
// closed.
func (l *logFile) rotate() error {
	err := l.file.Close()
	l.file, l.size, l.torn = nil, 0, false
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
	c.file = file
	return nil
}

// endLog closes the log file.
func (c *console) endLog() {
	if c.file != nil && c.file.file != nil {
		_ = c.file.file.Close()
	}
}

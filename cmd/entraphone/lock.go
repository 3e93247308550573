package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"entraphone/internal/report"
)

// lock keeps other runs away from a tenant while one lasts. The system gives it
// up when the process ends, however that ends. It holds for one folder of runs:
// two folders do not know of each other.
type lock struct {
	held   *flock.Flock
	beside string // the file that names the holder
	// second is held elsewhere, for the time between the removal of the first and the
	// end of the run that notices it; nil where there is no place for it.
	second *flock.Flock
	// tenant is that of runs of all users, which shards share; nil for such a run.
	tenant *flock.Flock
}

// holder is who holds a lock, for those who do not get it.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
	Run   string    `json:"run"`
}

// lockPoll is how often a lock that is waited for is tried.
const lockPoll = 250 * time.Millisecond

// takeLock takes the lock of a target, and waits for it as long as it may: one run at a
// time writes to a tenant, or one of each shard. It waits without a queue: of several
// runs any may be next.
func takeLock(ctx context.Context, state string, of *target, wait time.Duration) (*lock, error) {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for runs: %w", err)
	}
	path := filepath.Join(state, "lock-"+of.name()+of.shard.name())
	l := &lock{held: flock.New(path, flock.SetPermissions(0o600)), beside: path + ".json"}
	// Who lists runs holds it for a moment, so that one try is not enough.
	limited, cancel := context.WithTimeout(ctx, max(wait, 2*lockPoll))
	defer cancel()
	held, err := l.held.TryLockContext(limited, lockPoll)
	// A file that was removed between opening and locking keeps nobody out.
	for held && err == nil && l.there() != nil {
		if err = l.held.Unlock(); err == nil {
			held, err = l.held.TryLockContext(limited, lockPoll)
		}
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = nil
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("locking %s: %w", state, err)
	case held:
		held, err = l.holdOthers(limited, state, of)
	}
	if err != nil {
		return nil, err
	}
	if !held {
		return nil, errors.Join(&lockedError{folder: state, holder: l.holder(), waited: wait}, l.give())
	}
	return l, l.name("") // the name that stands there may be that of a run that died
}

// holdOthers holds the lock of the tenant beside other shards, and the second lock.
func (l *lock) holdOthers(ctx context.Context, state string, of *target) (bool, error) {
	if of.shard.of > 0 {
		l.tenant = flock.New(filepath.Join(state, "lock-"+of.name()), flock.SetPermissions(0o600))
		held, err := l.tenant.TryRLockContext(ctx, lockPoll)
		if errors.Is(err, context.DeadlineExceeded) {
			return false, nil
		}
		if !held || err != nil {
			return held, err
		}
	}
	return l.holdSecond(ctx, state, of.name()+of.shard.name())
}

// holdSecond holds the second lock as well, and reports whether it did, or has no
// place for it: what is missing then is a guard against who removes the first one. On
// Windows nobody can remove a file that is held.
func (l *lock) holdSecond(ctx context.Context, state, target string) (bool, error) {
	folder := filepath.Join(os.TempDir(), fmt.Sprintf("entraphone-%d", os.Geteuid()))
	if runtime.GOOS == "windows" || os.MkdirAll(folder, 0o700) != nil || privateFolder(folder) != nil {
		return true, nil
	}
	where, err := filepath.EvalSymlinks(state)
	if err == nil {
		where, err = filepath.Abs(where)
	}
	if err != nil {
		return false, fmt.Errorf("locking %s: %w", state, err)
	}
	of := sha256.Sum256([]byte(where + "\x00" + target))
	l.second = flock.New(filepath.Join(folder, "lock-"+hex.EncodeToString(of[:16])), flock.SetPermissions(0o600))
	held, err := l.second.TryLockContext(ctx, lockPoll)
	if errors.Is(err, context.DeadlineExceeded) {
		return false, nil
	}
	if err != nil && ctx.Err() == nil {
		l.second = nil // the place cannot be written
		return true, nil
	}
	return held, err
}

// there makes sure that the lock still keeps others out: one whose file was removed
// holds, and the next run makes another file.
func (l *lock) there() error {
	ours, err := l.held.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(l.held.Path())
	if err == nil && !os.SameFile(ours, named) {
		err = errors.New("it is another file by now")
	}
	if err != nil {
		return fmt.Errorf("the lock of this run was removed, so that another run may have begun: %w", err)
	}
	return nil
}

// name writes beside the lock who holds it. People read it in the error of
// another run, and runs lists by it what is under way.
func (l *lock) name(run string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	text, err := json.Marshal(holder{os.Getpid(), host, time.Now().UTC().Truncate(time.Second), run})
	if err == nil {
		err = os.WriteFile(l.beside, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("naming the holder of the lock: %w", err)
	}
	return nil
}

// holder is zero where nobody is named.
func (l *lock) holder() (h holder) {
	if text, err := os.ReadFile(l.beside); err == nil {
		_ = json.Unmarshal(text, &h) // half of it names nobody
	}
	return h
}

// release lets other runs begin. The lock file stays: removing it would let two
// runs hold two locks of one name.
func (l *lock) release() error {
	err := os.Remove(l.beside)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, l.give())
}

// give gives all locks up.
func (l *lock) give() (err error) {
	for _, held := range []*flock.Flock{l.tenant, l.second, l.held} {
		if held != nil {
			err = errors.Join(err, held.Unlock())
		}
	}
	return err
}

// underWay are the names of the runs that hold a lock here at this moment. A
// lock that nobody holds is held for a moment to find that out.
func underWay(state string) (names []string, err error) {
	paths, err := filepath.Glob(filepath.Join(state, "lock-*.json"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		l := &lock{held: flock.New(strings.TrimSuffix(path, ".json"), flock.SetPermissions(0o600)), beside: path}
		free, err := l.held.TryRLock()
		switch {
		case err != nil:
			return nil, fmt.Errorf("looking at the lock of %s: %w", state, err)
		case free:
			_ = l.held.Unlock()
		default:
			names = append(names, l.holder().Run)
		}
	}
	return names, nil
}

// lockedError ends a run while another one writes to the same tenant.
type lockedError struct {
	folder string
	holder holder
	waited time.Duration
}

func (e *lockedError) Error() string {
	text := "another run"
	if e.holder.Run != "" {
		text = "the run " + e.holder.Run
	}
	if e.holder.PID != 0 {
		text += report.Printable(fmt.Sprintf(" (process %d on %s, since %s)", e.holder.PID, e.holder.Host, e.holder.Since.Local().Format(time.DateTime)))
	}
	text += " is under way in " + e.folder
	if e.waited > 0 {
		text += fmt.Sprintf(" still, after %s", e.waited)
	}
	return text + ": wait for its end, as --wait 1h does, or keep this run elsewhere with --state"
}

func (e *lockedError) ExitCode() int { return exitLocked }

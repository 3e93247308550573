package ledger

import (
	"errors"
	"fmt"
	"runtime/debug"
	"syscall"

	bolterrors "go.etcd.io/bbolt/errors"
)

// Why a ledger cannot be used. The error that wraps one of them names the file and
// says what to do.
var (
	// ErrDamaged is a file that is cut off, or not a ledger. It may also come
	// from a later call, and every call after it returns it too.
	ErrDamaged = errors.New("is damaged or not a ledger")
	// ErrOtherSecret is a ledger that was made with another secret, so that
	// nothing in it can be found.
	ErrOtherSecret = errors.New("was made with another secret than that of this folder")
	// ErrNewer is a ledger in a format of a later version of the program.
	ErrNewer = errors.New("is in the format of a later version")
	// ErrInUse is a ledger that another process has open.
	ErrInUse = errors.New("is open in another process")
)

const deleteIt = "delete it; the next run then asks Graph about every phone again, and nothing else is lost"

// refuse is the error of a ledger, with what to do about it.
func (l *Ledger) refuse(why error, remedy string) error {
	return fmt.Errorf("the ledger %s %w: %s", l.path, why, remedy)
}

func (l *Ledger) damaged(what any) error {
	return l.refuse(fmt.Errorf("%w (%v)", ErrDamaged, what), deleteIt)
}

// guard uses bbolt, which panics on some damaged files. It reads them through a
// mapping, where a page beyond the end of the file, or one that the disk cannot
// read, is a fault, which would end the process.
func (l *Ledger) guard(use func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if what := recover(); what != nil {
			l.panicked = true
			err = l.damaged(what)
		}
	}()
	return use()
}

// explain tells apart what bbolt returned on opening: it has no error of its own
// for each kind of damage, but what the system refuses has a number.
func (l *Ledger) explain(err error) error {
	var refused syscall.Errno
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return l.refuse(ErrInUse, "wait for its end")
	case errors.As(err, &refused):
		return fmt.Errorf("opening the ledger: %w", err)
	}
	return l.damaged(err)
}

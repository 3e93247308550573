package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"entraphone/internal/authmethod"
)

// Format is the version of the file's layout.
const Format = 1

// Confirmations are written when there are so many of them, or when one comes and
// the first has waited so long: a commit costs a few milliseconds, and a group that
// is lost costs its requests again.
const (
	groupSize = 1000
	groupAge  = 5 * time.Second
)

// lockTimeout is how long another process is waited for. The lock of the tenant
// keeps runs apart, so that nobody should hold this one for long.
const lockTimeout = time.Second

// period is in how many runs each phone is due once. It is prime because files take
// turns: with 30, a file that is imported in every second run would meet only half
// of the remainders, and the other half of its phones would never be read.
const period = 29

// The buckets and the keys of the header.
var (
	bucketHeader, bucketPhones           = []byte("header"), []byte("phones")
	headerFormat, headerCheck, headerRun = []byte("format"), []byte("check"), []byte("run")
)

// Ledger is the open ledger of one tenant. Its methods are called by one goroutine
// at a time. The first error of the file is kept: every later call that has to write
// returns it, and what is on disk is not known any more.
type Ledger struct {
	path   string
	db     *bbolt.DB
	file   *os.File // of db
	hasher *hasher
	run    uint64

	pending  map[key]value // not on disk yet; zero for what is forgotten
	oldest   time.Time     // of pending
	doubtful bool          // pending takes back what is on disk

	// A transaction that reads, kept from one look-up to the next because
	// beginning one costs more than the look-up. It is nil while none is open:
	// bbolt cannot grow its mapping under it.
	reading *bbolt.Tx
	phones  *bbolt.Bucket // of reading

	err      error
	panicked bool // bbolt did; it may hold locks of its own for ever
}

// Open opens the ledger, and makes an empty one, which only its owner can read,
// where there is none. The secret is that of [Secret]. All of the file is read, so
// that damage shows before anything is sent; with a million entries that takes
// about a tenth of a second. Only one process can have it open. The error is one of
// ErrDamaged, ErrOtherSecret, ErrNewer and ErrInUse, or what the system says.
func Open(path string, secret []byte) (*Ledger, error) {
	hasher, check, err := newHasher(secret)
	if err != nil {
		return nil, err
	}
	l := &Ledger{path: path, hasher: hasher, pending: map[key]value{}}
	l.err = l.guard(func() error { return l.open(check) })
	if l.err != nil {
		err := l.err
		_ = l.release()
		return nil, err
	}
	return l, nil
}

func (l *Ledger) open(check []byte) error {
	db, err := bbolt.Open(l.path, 0o600, &bbolt.Options{
		Timeout:      lockTimeout,
		NoStatistics: true,
		OpenFile: func(path string, flag int, mode os.FileMode) (file *os.File, err error) {
			l.file, err = os.OpenFile(path, flag, mode)
			return l.file, err
		},
	})
	if err != nil {
		return l.explain(err)
	}
	l.db = db
	// A file that is not in memory is read much faster in its own order than page
	// by page, and what the disk cannot read is an error here.
	if _, err := io.Copy(io.Discard, io.NewSectionReader(l.file, 0, math.MaxInt64)); err != nil {
		return fmt.Errorf("reading the ledger: %w", err)
	}
	var isNew bool
	err = db.View(func(tx *bbolt.Tx) error {
		first, _ := tx.Cursor().First()
		if isNew = first == nil; isNew {
			return nil
		}
		return l.check(tx, check)
	})
	if err != nil || !isNew {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error { return create(tx, check) })
}

// check looks at all of the file, and takes over the counter of runs.
func (l *Ledger) check(tx *bbolt.Tx, check []byte) error {
	header, phones := tx.Bucket(bucketHeader), tx.Bucket(bucketPhones)
	if header == nil {
		return l.damaged("it is another database")
	}
	format, run := header.Get(headerFormat), header.Get(headerRun)
	switch {
	case len(format) == 1 && format[0] > Format:
		return l.refuse(ErrNewer, "use that version, or "+deleteIt)
	case len(format) != 1 || len(run) != 8 || phones == nil:
		return l.damaged("its header is not whole")
	case !bytes.Equal(header.Get(headerCheck), check):
		return l.refuse(ErrOtherSecret, "put the secret back that was beside it, or "+deleteIt)
	}
	l.run = binary.BigEndian.Uint64(run)
	var last key
	cursor := phones.Cursor()
	for k, v := cursor.First(); k != nil; k, v = cursor.Next() {
		if len(k) != len(last) || len(v) != len(value{}) || bytes.Compare(k, last[:]) <= 0 {
			return l.damaged("its entries are out of order")
		}
		copy(last[:], k)
	}
	return nil
}

func create(tx *bbolt.Tx, check []byte) error {
	header, err := tx.CreateBucket(bucketHeader)
	if err == nil {
		_, err = tx.CreateBucket(bucketPhones)
	}
	for _, field := range []struct{ key, value []byte }{
		{headerFormat, []byte{Format}},
		{headerCheck, check},
		{headerRun, make([]byte, 8)},
	} {
		if err == nil {
			err = header.Put(field.key, field.value)
		}
	}
	return err
}

// BeginRun counts a run, and so moves the share that is Due. The count is on disk
// before it returns, which shows that the file can be written. It is called once for
// a run, whatever file it imports; a resume goes on with the same run.
func (l *Ledger) BeginRun() error {
	l.run++
	return l.write(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketHeader).Put(headerRun, binary.BigEndian.AppendUint64(nil, l.run))
	})
}

// Due reports whether this run should read the phone again even though its value is
// confirmed. That is so for one phone in 29 (3.4 %), and for each phone in one of 29
// runs that follow each other; where several files take turns, in one of 29 runs of
// its file.
func (l *Ledger) Due(user string, phoneType authmethod.PhoneType) bool {
	n := l.hasher.name(user, phoneType)
	return binary.BigEndian.Uint64(n[:8])%period == l.run%period
}

// Confirmed reports whether this number is what was last confirmed for the user's
// phone of this type, and when, to the second; the zero number asks whether it was
// confirmed that there is no phone. Users are compared without regard to case. The
// time is zero where the answer is no. A file that cannot be read confirms nothing;
// its error shows at the next call that returns one.
func (l *Ledger) Confirmed(user string, phoneType authmethod.PhoneType, number authmethod.PhoneNumber) (at time.Time, same bool) {
	n := l.hasher.name(user, phoneType)
	known, is := l.pending[n.key()]
	if !is {
		known = l.stored(n.key())
	}
	if !l.hasher.holds(n, known, number) {
		return time.Time{}, false
	}
	return time.Unix(int64(known.at()), 0), true
}

// Known reports whether a number was confirmed for the user's phone of this type,
// whichever it is.
func (l *Ledger) Known(user string, phoneType authmethod.PhoneType) bool {
	n := l.hasher.name(user, phoneType)
	known, is := l.pending[n.key()]
	if !is {
		known = l.stored(n.key())
	}
	return known != (value{}) && !l.hasher.holds(n, known, authmethod.PhoneNumber{})
}

// Confirm records that Graph has just said that this number is the user's phone of
// this type; the zero number says that there is no phone. It is safe with the group
// of entries that it becomes part of, and at once where it replaces another value.
// The time is kept to the second; it has to be after 1970 and before 2106.
func (l *Ledger) Confirm(user string, phoneType authmethod.PhoneType, number authmethod.PhoneNumber, at time.Time) error {
	n := l.hasher.name(user, phoneType)
	stored := l.stored(n.key())
	if l.err != nil {
		return l.err
	}
	l.doubtful = l.doubtful || stored != (value{}) && !l.hasher.holds(n, stored, number)
	l.add(n.key(), l.hasher.value(n, uint32(at.Unix()), number))
	if l.doubtful || len(l.pending) >= groupSize || time.Since(l.oldest) >= groupAge {
		return l.commit()
	}
	return nil
}

// Forget takes back what is known of the user's phone of this type, because it is
// about to be changed, or in doubt. It is safe once Flush has returned, and costs
// nothing where no entry is on disk.
func (l *Ledger) Forget(user string, phoneType authmethod.PhoneType) error {
	n := l.hasher.name(user, phoneType)
	k := n.key()
	delete(l.pending, k)
	if l.stored(k) == (value{}) {
		return l.err
	}
	l.add(k, value{})
	l.doubtful = true
	if len(l.pending) >= groupSize {
		return l.commit()
	}
	return l.err
}

// Flush returns when nothing that was forgotten is on disk any more. It is called
// before a request leaves that may change a phone. Confirmations alone may wait
// longer, for Close at the latest, so that it mostly has nothing to do.
func (l *Ledger) Flush() error {
	if !l.doubtful {
		return l.err
	}
	return l.commit()
}

// Close writes what is pending and closes the file. After an error of the file it
// only closes it.
func (l *Ledger) Close() error {
	err := l.commit()
	if closeErr := l.release(); err == nil && closeErr != nil {
		err = fmt.Errorf("closing the ledger: %w", closeErr)
	}
	return err
}

// release gives the file up. Where bbolt cannot do so itself, the system unlocks it
// when the process ends.
func (l *Ledger) release() error {
	if l.db == nil || l.panicked {
		return l.file.Close()
	}
	l.stopReading()
	return l.db.Close()
}

func (l *Ledger) add(k key, v value) {
	if len(l.pending) == 0 {
		l.oldest = time.Now()
	}
	l.pending[k] = v
}

// commit writes the pending entries, in the order of the file, which has them touch
// each page once.
func (l *Ledger) commit() error {
	if len(l.pending) == 0 {
		return l.err
	}
	err := l.write(func(tx *bbolt.Tx) error {
		phones := tx.Bucket(bucketPhones)
		for _, k := range slices.SortedFunc(maps.Keys(l.pending), func(a, b key) int { return bytes.Compare(a[:], b[:]) }) {
			var err error
			if v := l.pending[k]; v == (value{}) {
				err = phones.Delete(k[:])
			} else {
				err = phones.Put(k[:], v[:])
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		clear(l.pending)
		l.doubtful = false
	}
	return err
}

// write changes the file in one transaction, which is on disk when it returns.
func (l *Ledger) write(change func(tx *bbolt.Tx) error) error {
	if l.err == nil {
		l.err = l.guard(func() error {
			l.stopReading()
			if err := l.db.Update(change); err != nil {
				return fmt.Errorf("writing the ledger %s: %w", l.path, err)
			}
			return nil
		})
	}
	return l.err
}

// stored is the entry on disk, zero where there is none or the file has an error.
func (l *Ledger) stored(k key) (v value) {
	if l.err == nil {
		l.err = l.guard(func() (err error) {
			if l.reading == nil {
				if l.reading, err = l.db.Begin(false); err != nil {
					return fmt.Errorf("reading the ledger %s: %w", l.path, err)
				}
				l.phones = l.reading.Bucket(bucketPhones)
			}
			copy(v[:], l.phones.Get(k[:]))
			return nil
		})
	}
	return v
}

func (l *Ledger) stopReading() {
	if l.reading != nil {
		_ = l.reading.Rollback() // fails only where it is over already
		l.reading = nil
	}
}

package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"entraphone/internal/authmethod"
)

// Past is what a journal says of a run. Resume, report and rollback go by it.
type Past struct {
	Header Header
	// Ended is set when the run came to an end of its own, with ExitCode. A
	// resume behind that end takes it back.
	Ended    bool
	ExitCode int
	// Rows are what is known of the rows of the file as it is now, by number,
	// and Results their last outcomes. Both have an entry for each of these
	// rows.
	Rows    []Record
	Results *authmethod.Results
	// Changes are the open writes of rows that are no plain creates: as which type
	// they were sent, and what they replace or remove.
	Changes map[authmethod.RowNumber]authmethod.Write
	// Gone are rows that the journal knows and that the file does not hold any
	// more, in the order in which the journal names them first. Where the file
	// has no rows, as for a rollback, they are all that the run has sent.
	Gone []Gone

	// Last is when the last entry was made.
	Last time.Time
	// Whole is the bytes of the file up to the end of the last whole line.
	Whole int64
}

// Record is what is known of one row; zero for one that the run never came to.
// Only writes count: a read leaves no intent.
type Record struct {
	// Attempts are the requests with this row that were begun.
	Attempts int32
	// Open is set when a request for it may have left, and nobody knows what
	// became of it. It has to be settled before anything else is sent for its
	// user.
	Open bool
}

// Gone is a row that the file does not hold any more, as the journal names it
// first.
type Gone struct {
	User      string
	PhoneType authmethod.PhoneType
	// Number is zero where the row has none, or one that ParsePhoneNumber does not
	// take.
	Number authmethod.PhoneNumber
	// Address is how Graph was asked for the user, where that is not the name.
	Address string
	Line    int32 // where it stood
	Record
	Result *authmethod.Result // its last outcome, or nil
}

// DamagedError is a journal that is not whole where it must be: damage that no
// power cut explains. Nothing is repaired: a row whose intent was skipped would
// be sent as if it had never been.
type DamagedError struct {
	Line  int   // from 1
	Byte  int64 // of its beginning, from 0
	Cause error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("reading the journal: line %d, at byte %d, is damaged: %v", e.Line, e.Byte, e.Cause)
}

func (e *DamagedError) Unwrap() error { return e.Cause }

// ErrNoHeader is a journal that was not begun to its end: nothing was sent by then.
var ErrNoHeader = errors.New("the journal breaks off in its first line: nothing was sent")

// ErrNewer is a journal of a later version of this program, which could be
// misunderstood.
var ErrNewer = errors.New("its format is newer than this program")

// ReadHeader reads the first line of a journal. It takes the same time for a
// journal of any length. Where there is none, the error wraps fs.ErrNotExist.
func ReadHeader(path string) (Header, error) {
	file, err := Open(path)
	if err != nil {
		return Header{}, err
	}
	defer file.Close()
	line, err := bufio.NewReader(file).ReadBytes('\n')
	switch {
	case errors.Is(err, io.EOF):
		return Header{}, ErrNoHeader
	case err != nil:
		return Header{}, fmt.Errorf("reading the journal: %w", err)
	}
	return header(line)
}

// Ended reports whether the run came to its end, by the last line of its
// journal. It reads only the end of the file, because a list of runs asks it of
// each. A last line that is torn is not an end, and only what came to its end is
// packed.
func Ended(path string) (bool, error) {
	file, err := inside(path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		if _, packed := os.Lstat(path + packedEnd); packed == nil {
			return true, nil
		}
	}
	if err != nil {
		return false, fmt.Errorf("reading the journal: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, fmt.Errorf("reading the journal: %w", err)
	}
	const longest = 256 // of the line that says so
	tail := make([]byte, min(longest, info.Size()))
	if _, err := file.ReadAt(tail, info.Size()-int64(len(tail))); err != nil {
		return false, fmt.Errorf("reading the journal: %w", err)
	}
	line, whole := bytes.CutSuffix(tail, []byte{'\n'})
	var last entry
	return whole && json.Unmarshal(line[bytes.LastIndexByte(line, '\n')+1:], &last) == nil && last.Event == eventEnd, nil
}

// header refuses a format that is newer than this program, which could
// misunderstand its entries.
func header(line []byte) (h Header, err error) {
	err = json.Unmarshal(line, &h)
	switch {
	case err != nil:
	case h.Tool != "entraphone" || h.Format < 1:
		err = errors.New("it is no header")
	case h.Format > Format:
		return h, fmt.Errorf("reading the journal: %w: %d", ErrNewer, h.Format)
	}
	if err != nil {
		return h, &DamagedError{Line: 1, Cause: err}
	}
	return h, nil
}

// Fold reads a journal from its beginning and says what became of rows by then.
// Rows are known by their content; of rows that are equal the first is meant,
// which is the one that is sent.
//
// The same journal and the same rows give the same Past, so that resume, report
// and rollback agree about a run. With an error, the Past holds what stands
// before the damage.
func Fold(r io.Reader, rows *authmethod.Rows) (*Past, error) {
	f := &folding{
		past: &Past{Rows: make([]Record, rows.Len()), Results: authmethod.NewResults(rows, nil), Changes: map[authmethod.RowNumber]authmethod.Write{}},
		rows: rows, gone: map[key]int{}, known: make(map[uint64]authmethod.RowNumber, rows.Len()),
	}
	for n, row := range rows.All() {
		// No entry is about a row that was rejected.
		if row.Rejected() {
			continue
		}
		hash := keyOf(row).hash()
		if _, twice := f.known[hash]; !twice {
			f.known[hash] = n
		}
	}
	return f.past, f.all(r)
}

// folding is a fold in the making. One goroutine does it; only decoding is
// shared out.
type folding struct {
	past  *Past
	rows  *authmethod.Rows
	known map[uint64]authmethod.RowNumber // rows by the hash of their content
	gone  map[key]int                     // place in past.Gone

	entries []entry // room for those of a block
	faults  []error
	lastID  string // of the request before
	lines   int
}

// key is the content by which a row is known from one attempt to the next. The
// line is not part of it: the file may have been sorted, corrected or extended.
type key struct {
	user      string // in lower case
	phoneType authmethod.PhoneType
	number    string
}

// keyOf is the key of a row of the file. User names are in lower case because
// the directory does not regard their case.
func keyOf(row *authmethod.Row) key {
	return key{strings.ToLower(row.User), row.PhoneType, row.Number.Graph()}
}

// seed differs from process to process. Hashes are kept in memory only.
var seed = maphash.MakeSeed()

func (k key) hash() uint64 { return maphash.Comparable(seed, k) }

// How much is decoded at once, by all processors: little at first, because most
// journals are short.
const (
	firstBlock = 64 << 10
	blockSize  = 4 << 20
)

// all reads blocks of whole lines. What stands behind the last line break is
// torn and left out. A line that is longer than a block is damage.
func (f *folding) all(r io.Reader) error {
	buffer, held := make([]byte, firstBlock), 0
	for {
		n, err := io.ReadFull(r, buffer[held:])
		filled := buffer[:held+n]
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !ended {
			return fmt.Errorf("reading the journal: %w", err)
		}
		end := bytes.LastIndexByte(filled, '\n') + 1
		if err := f.block(filled[:end]); err != nil {
			return err
		}
		if ended {
			return nil
		}
		rest := filled[end:]
		if len(rest) == blockSize {
			return &DamagedError{f.lines + 1, f.past.Whole, errors.New("it does not end")}
		}
		if len(buffer) < blockSize {
			buffer = make([]byte, min(8*len(buffer), blockSize))
		}
		held = copy(buffer, rest)
	}
}

// block decodes whole lines, a share on each processor, and takes them in order.
// Decoding takes nearly all the time and needs no order; what the entries mean
// depends on it.
func (f *folding) block(block []byte) error {
	if f.lines == 0 && len(block) > 0 {
		line, rest, _ := bytes.Cut(block, []byte{'\n'})
		h, err := header(line)
		if err != nil {
			return err
		}
		f.past.Header, f.lines, f.past.Whole, block = h, 1, int64(len(line)+1), rest
	}
	lines := bytes.SplitAfter(block, []byte{'\n'})
	lines = lines[:len(lines)-1] // nothing stands behind the last line break
	for len(f.entries) < len(lines) {
		f.entries, f.faults = append(f.entries, entry{}), append(f.faults, nil)
	}
	var group errgroup.Group
	share := len(lines)/runtime.GOMAXPROCS(0) + 1
	for first := 0; first < len(lines); first += share {
		group.Go(func() error {
			for i := first; i < min(first+share, len(lines)); i++ {
				f.faults[i] = f.entries[i].decode(lines[i])
			}
			return nil
		})
	}
	// No function returns an error: each line has its own fault, so that the
	// first damaged line is reported, whichever was decoded first.
	_ = group.Wait()
	for i := range lines {
		err := f.faults[i]
		if err == nil {
			err = f.take(&f.entries[i])
		}
		if err != nil {
			return &DamagedError{f.lines + 1, f.past.Whole, err}
		}
		f.lines++
		f.past.Whole += int64(len(lines[i]))
	}
	return nil
}

// take adds an entry to what is known. The later entry wins: an outcome settles
// the intents before it, and an intent opens the row again.
func (f *folding) take(e *entry) error {
	f.past.Ended, f.past.Last = e.Event == eventEnd, e.At
	switch e.Event {
	case eventEnd:
		f.past.ExitCode = e.ExitCode
	// It only says that another process went on from here.
	case eventResume:
	case eventIntent:
		record, _ := f.record(e)
		record.Open, record.Attempts = true, record.Attempts+1
		f.change(e)
	case eventOutcome:
		at := slices.Index(authmethod.Outcomes(), e.Outcome)
		if at < 0 {
			return fmt.Errorf("there is no outcome %q", e.Outcome)
		}
		outcome := authmethod.Outcomes()[at] // a million of them share their text
		record, set := f.record(e)
		// Unknown says that nobody knows, and so does Open.
		record.Open = outcome == authmethod.Unknown
		// Intents are counted here, and what left is counted by the sender. The
		// larger number is kept: a process may have died between the two.
		record.Attempts = int32(e.Attempts)
		set(authmethod.Result{
			Outcome: outcome, Class: e.Class, Reason: e.Reason, Status: e.HTTPStatus, Code: e.Code, Message: e.Message,
			Detail: e.Detail, Advice: e.Advice, RequestID: e.RequestID, Attempts: int(record.Attempts), FinishedAt: e.At,
			Registered: number(e.Registered), As: e.As, SMSSignIn: e.SMSSignIn, Credential: e.Credential, Would: authmethod.ParseVerb(e.Would),
		})
	default:
		return fmt.Errorf("there is no event %q", e.Event)
	}
	return nil
}

// change keeps what an intent says beyond a plain create. That of the first write
// counts: a later one finds there what the first has put.
func (f *folding) change(e *entry) {
	n, known := f.known[e.hash]
	if !known || keyOf(f.rows.At(n)) != e.key || e.Previous == "" && e.As == "" {
		return
	}
	change, before := f.past.Changes[n]
	change.As = e.As
	if !before {
		change.Row, change.Previous = n, number(e.Previous)
	}
	f.past.Changes[n] = change
}

// number is zero for a text that ParsePhoneNumber does not take.
func number(text string) authmethod.PhoneNumber {
	n, _ := authmethod.ParsePhoneNumber(text)
	return n
}

// record finds the record of an entry's row, and how to set its result. A row
// that the file does not hold is added to Gone when it is first named.
func (f *folding) record(e *entry) (record *Record, set func(authmethod.Result)) {
	// Two keys may share a hash, so the keys are compared as well.
	if n, known := f.known[e.hash]; known && keyOf(f.rows.At(n)) == e.key {
		return &f.past.Rows[n], func(result authmethod.Result) {
			if result.Outcome != authmethod.Unknown {
				delete(f.past.Changes, n)
			}
			result.RequestID = f.intern(result.RequestID)
			f.past.Results.Set(n, result)
		}
	}
	at, known := f.gone[e.key]
	if !known {
		at = len(f.past.Gone)
		f.gone[e.key] = at
		f.past.Gone = append(f.past.Gone, Gone{User: e.User, PhoneType: e.PhoneType, Number: number(e.PhoneNumber), Address: e.Address, Line: e.Line})
	}
	gone := &f.past.Gone[at]
	return &gone.Record, func(result authmethod.Result) { gone.Result = &result }
}

// intern gives equal neighbours one text: the rows of a batch share the id of
// the request.
func (f *folding) intern(id string) string {
	if id != f.lastID {
		f.lastID = id
	}
	return f.lastID
}

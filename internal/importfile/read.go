package importfile

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/gocarina/gocsv"
	"golang.org/x/sync/errgroup"

	"entraphone/internal/authmethod"
)

// Options are what the user may say about a file.
type Options struct {
	// Name is how messages call the file: its path or "standard input".
	Name string
	// Map gives the heading for a meaning, where the heading does not tell.
	// Its keys are user, phoneType, phoneNumber, mobile, alternateMobile,
	// office, country, extension, areaCode and dialCode; headings are compared
	// without case, blanks and punctuation.
	Map map[string]string
	// Profile is how files of this kind are read. The fields beside it come
	// before what it says; the conditions of both must be met.
	Profile Profile
	// DefaultCountry is the country of rows that have none, as the user wrote
	// it: an ISO 3166 code of two or three letters or a name.
	DefaultCountry string
	// Encoding of the file, such as UTF-16 LE or Windows-1252; empty finds it
	// out.
	Encoding string
	// Where are conditions HEADING=VALUE or HEADING!=VALUE that records must
	// all meet; cells are compared without case and blanks at the ends.
	Where []string
	// Skip leaves out the first records that meet the conditions, and Limit
	// all behind so many; 0 is no limit.
	Skip, Limit int
	// UserDomain completes users that are a name without a domain. Numbers and
	// names with blanks are not completed.
	UserDomain string
}

// with takes from a profile what the options leave open. Its columns and
// conditions stay where they are, because messages name where they come from.
func (o Options) with(p Profile) Options {
	o.Encoding = cmp.Or(o.Encoding, p.Encoding)
	o.DefaultCountry = cmp.Or(o.DefaultCountry, p.DefaultCountry)
	o.UserDomain = cmp.Or(o.UserDomain, p.UserDomain)
	return o
}

// File is a file that was read.
type File struct {
	Rows    authmethod.Rows
	Reading Reading
	SHA256  string // of the bytes of the file, in hexadecimal

	doubtful []insideQuotes // lines that may stand in a cell
}

// Read reads a file to its end, with all its numbers. What is wrong with single
// lines and cells stands in the rows. The error is a *[FileError] when the file
// cannot be read for certain, and otherwise that of src or ctx; there are no
// rows then. A done context ends the reading when src next returns.
func Read(ctx context.Context, src io.Reader, opts Options) (*File, error) {
	file, err := read(ctx, src, opts, number.read)
	var unfit *FileError
	switch {
	case errors.As(err, &unfit):
		unfit.Name = cmp.Or(unfit.Name, opts.Name)
		return nil, unfit
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", opts.Name, err)
	}
	return file, nil
}

// read leaves to each what is to be done with a number, on any core.
func read(ctx context.Context, src io.Reader, opts Options, each func(number)) (*File, error) {
	opts = opts.with(opts.Profile)
	known := newCountries()
	defaultCountry, err := known.defaultCountry(opts)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	decoded, encoding, watch, err := text(ctxReader{ctx, io.TeeReader(src, sum)}, opts.Encoding)
	if err != nil {
		return nil, err
	}
	in := newRecords(decoded, watch)
	c, reading, err := in.begin(opts)
	if err != nil {
		return nil, err
	}
	b := newBuilder(&c, known, defaultCountry)

	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	err = in.readInto(b, func(numbers []number) {
		for piece := range slices.Chunk(numbers, numbersAtOnce) {
			group.Go(func() error {
				for _, n := range piece {
					each(n)
				}
				return nil
			})
		}
	})
	if waited := group.Wait(); err == nil {
		err = waited
	}
	if err != nil {
		return nil, err
	}
	in.doubt.reject(&b.rows) // no row is being worked on any more
	reading.Encoding = encoding
	if watch != nil {
		var damaged bool
		if reading.Encoding, damaged = watch.verdict(reading.ByteOrderMark); damaged {
			b.rejectForeign()
		}
	}
	if b.rows.Len() == 0 && b.withoutPhone == 0 && in.selected.LeftOut == (LeftOut{}) {
		return nil, noRows(opts.Name, in.skipped, c.long)
	}
	if err := in.selected.unmet(opts.Name, reading.headings); err != nil {
		return nil, err
	}
	if i, untold := in.types.found(); untold {
		numbers, _ := reading.columnOf(keyMobile)
		return nil, untypedError(opts.Name, Column{Number: i + 1, Heading: reading.headings[i]}, numbers)
	}
	reading.DefaultCountry = defaultCountry
	reading.Lines, reading.Blank, reading.WithoutPhone = in.line-1, in.blank, b.withoutPhone
	reading.LeftOut = in.selected.LeftOut
	reading.Status = statusHints(in.status)
	reading.Warnings = append(c.warnings(opts.Profile), in.selected.warnings(reading.headings)...)
	reading.Skipped, reading.Labelled = append(reading.Skipped, in.skipped...), in.labelled
	reading.Fragments = in.doubt.fragments
	b.describe(&reading)
	return &File{Rows: b.rows, Reading: reading, SHA256: hex.EncodeToString(sum.Sum(nil)), doubtful: in.doubt.inside}, nil
}

// readInto gives the records to b, and after every batch the numbers that are
// ready to be read to deliver.
func (r *records) readInto(b *builder, deliver func([]number)) error {
	table, next := newBatch(b.columns), newBatch(b.columns)
	end := table.fill(r)
	for {
		if end != nil && end != io.EOF {
			return end
		}
		// While one batch becomes rows, the next is taken off the file: the
		// two share nothing, and no batch overtakes another.
		var group errgroup.Group
		group.Go(func() error {
			if err := b.addBatch(table); err != nil {
				return err
			}
			deliver(b.takeNumbers())
			return nil
		})
		last := end == io.EOF
		if !last {
			end = next.fill(r)
		}
		if err := group.Wait(); err != nil || last {
			return err
		}
		table, next = next, table
	}
}

func (b *builder) addBatch(table *batch) error {
	if err := gocsv.UnmarshalCSV(table, &table.records); err != nil {
		return err
	}
	for i := range table.marks {
		b.add(&table.marks[i], table.records[i].Line)
	}
	return nil
}

// batchSize is how many records are decoded in one piece: enough that handing a
// piece over costs nothing. numbersAtOnce is how many numbers one core reads
// before it takes the next ones.
const (
	batchSize     = 4096
	numbersAtOnce = 512
)

// batch is a piece of the file as a table of its own, for gocsv: the canonical
// headings and the mapped cells of the records. It takes gocsv's reader by its
// interface, because [gocsv.NewUnmarshaller] insists on encoding/csv and its
// channel functions end at the first bad line.
type batch struct {
	table   [][]string
	marks   []mark   // one for each record
	records []record // gocsv makes them, as many as there are marks
	next    int
}

var _ gocsv.CSVReader = (*batch)(nil)

func newBatch(c *columns) *batch {
	var headings []string
	for _, k := range c.keys() {
		headings = append(headings, k.String())
	}
	return &batch{table: [][]string{headings}}
}

// fill takes the next records, and returns [io.EOF] with the last of them.
func (t *batch) fill(r *records) error {
	t.marks, t.next = t.marks[:0], 0
	for len(t.marks) < batchSize {
		n := len(t.marks)
		if len(t.table) == 1+n {
			t.table = append(t.table, make([]string, len(t.table[0])))
		}
		t.marks = append(t.marks, mark{})
		if err := r.next(t.table[1+n], &t.marks[n]); err != nil {
			t.marks = t.marks[:n]
			return err
		}
	}
	return nil
}

// ReadAll returns the headings and all records of the batch.
func (t *batch) ReadAll() ([][]string, error) { return t.table[:1+len(t.marks)], nil }

// Read returns them one by one, and then [io.EOF].
func (t *batch) Read() ([]string, error) {
	if t.next > len(t.marks) {
		return nil, io.EOF
	}
	t.next++
	return t.table[t.next-1], nil
}

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

	"golang.org/x/sync/errgroup"

	"entraphone/internal/authmethod"
	"entraphone/internal/country"
	"entraphone/internal/heading"
	"entraphone/internal/phonenumber"
	"entraphone/internal/table"
)

// Options are what the user may say about a file. All but the name may be left out.
type Options struct {
	// Name is how messages call the file: its path or "standard input".
	Name string
	// Map gives the heading for a meaning, where the heading does not tell.
	// Its keys are user, phoneType, phoneNumber, mobile, alternateMobile,
	// office, country, extension, areaCode, dialCode, action, smsSignIn,
	// forcedUpdate and forcedRemoval; headings are compared without case, blanks
	// and punctuation.
	Map map[string]string
	// Profile is how files of this kind are read. The fields beside it come
	// before what it says; the conditions of both must be met.
	Profile heading.Profile
	// DefaultCountry is the country of rows that have none, as the user wrote
	// it: an ISO 3166 code of two or three letters or a name.
	DefaultCountry string
	// Encoding of the file, such as UTF-16 LE or Windows-1252; empty finds it
	// out. A workbook has none.
	Encoding string
	// Sheet of a workbook; empty is the first that can be seen.
	Sheet string
	// Where are conditions HEADING=VALUE or HEADING!=VALUE that records must
	// all meet; cells are compared without case and blanks at the ends.
	Where []string
	// Skip leaves out the first records that meet the conditions, and Limit
	// all behind so many; 0 is no limit.
	Skip, Limit int
	// KeepColumns are headings, or lists of them with commas between, of columns that
	// are not read and whose cells [Excerpt] copies all the same.
	KeepColumns []string
	// UserKey is the property that the user column holds. With another than
	// [heading.UserKeyUPN] the rows name users as the file does, and whoever sends
	// them must look these up first.
	UserKey heading.UserKey
	// UserDomain completes users that are a name without a domain. Numbers and
	// names with blanks are not completed, nor users of another key.
	UserDomain string
	// Action is that of lines that do not say. Where phones are removed, neither
	// numbers nor phone types are needed.
	Action authmethod.Action
	// Users tells whose lines are meant, by the user as a row has it; nil means all.
	// What is decided by the values of the whole file is the same whoever is meant.
	Users func(user string) bool
}

// with takes from a profile what the options leave open. Its columns and
// conditions stay where they are, because messages name where they come from.
func (o Options) with(p heading.Profile) Options {
	o.Encoding = cmp.Or(o.Encoding, p.Encoding)
	o.Sheet = cmp.Or(o.Sheet, p.Sheet)
	o.DefaultCountry = cmp.Or(o.DefaultCountry, p.DefaultCountry)
	o.UserKey = cmp.Or(o.UserKey, heading.UserKey(p.UserKey))
	o.UserDomain = cmp.Or(o.UserDomain, p.UserDomain)
	return o
}

// country is the code of the country that the options name; empty where they name
// none. It takes all spellings that a country cell may have, and is checked before
// the file is read.
func (o Options) country(known country.Names) (string, error) {
	text := heading.Trim(o.DefaultCountry)
	code, is := known.Code(text)
	if text != "" && !is {
		return "", &FileError{
			Name:   o.Name,
			Found:  fmt.Sprintf("--default-country %s names no country", text),
			Advice: "write two letters such as GB, or the English name",
		}
	}
	return code, nil
}

// File is a file that was read. All its rows are in memory: about 80 bytes each, and
// the texts of their cells.
type File struct {
	Rows    authmethod.Rows
	Reading Reading
	// By this a later run or an excerpt knows whether the file is still the same.
	SHA256 string // of the bytes of the file, in hexadecimal
	// Origins are, for lines that an excerpt hands back, those of the original file.
	Origins map[int32]int32

	// For Excerpt, which must not make rows of a cell's lines.
	doubtful []table.Inside // lines that may stand in a cell
	needed   []bool         // by column, whether its cells are copied whatever it is called
	cutShort int32          // line at the end whose last number may have lost digits, or 0
}

// Read reads a file to its end, with all its numbers. What is wrong with single
// lines and cells stands in the rows. The error is a *[FileError] when the file
// cannot be read for certain, and otherwise that of src or ctx; there are no rows
// then. A done context ends the reading when src next returns. It reads src once
// from front to end, so that standard input will do.
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
	// Country cells such as 1-876 are understood by the numbering plans.
	known := country.New(phonenumber.DialCodes{})
	defaultCountry, err := opts.country(known)
	if err != nil {
		return nil, err
	}
	// The sum is of the bytes that the rows are made of, not of a second reading.
	sum := sha256.New()
	in, reading, err := openLines(ctx, io.TeeReader(src, sum), opts)
	if err != nil {
		return nil, err
	}
	c := &in.columns
	b := newBuilder(c, known, defaultCountry)
	b.action, b.meant = opts.Action, opts.Users

	// Numbers are most of the work. Each goroutine writes into rows of its own,
	// which never move, so that nothing is locked.
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
	b.rejectInside(in.Counts.Inside) // no row is being worked on any more
	cutShort := b.rejectCut()
	// Only the whole file tells what bytes beyond ASCII were: see
	// [table.Table.Encoding].
	var damaged bool
	if reading.Encoding, damaged = in.Encoding(); damaged {
		b.rejectForeign()
	}
	if in.sheet != nil {
		reading.Encoding, reading.Hidden = "", in.sheet.Hidden
	}
	// People without a phone and lines that a condition left out are no fault of
	// the file: the export of a night may hold nothing else.
	if b.rows.Len() == 0 && b.withoutPhone == 0 && in.selected.LeftOut == (LeftOut{}) && b.elsewhere == 0 {
		return nil, noRows(opts.Name, in.skipped, c.Long)
	}
	// Behind the last line it is certain that no cell has the value.
	if err := in.selected.unmet(opts.Name, reading.headings); err != nil {
		return nil, err
	}
	// At the end, because any cell that is not a phone type clears a column.
	if i, untold := in.types.found(); untold {
		numbers, is := reading.columnOf(heading.Mobile)
		if !is {
			numbers, _ = reading.columnOf(heading.Office)
		}
		return nil, untypedError(opts.Name, heading.Column{Number: i + 1, Heading: reading.headings[i]}, numbers)
	}
	reading.DefaultCountry = defaultCountry
	reading.Lines, reading.Blank, reading.WithoutPhone = in.Counts.Lines, in.Counts.Blank, b.withoutPhone
	reading.LeftOut = in.selected.LeftOut
	reading.LeftOut.Users, reading.LeftOut.UserPhones = b.elsewhere, b.phonesThere
	reading.Status = statusHints(in.status)
	reading.Warnings = append(c.Warnings, in.selected.warnings(reading.headings)...)
	for i, text := range reading.headings {
		if len(text) > table.MaxHeadingBytes {
			reading.Warnings = append(reading.Warnings, fmt.Sprintf("the heading of column %d is longer than %d bytes, and only its beginning was looked at", i+1, table.MaxHeadingBytes))
		}
	}
	reading.Skipped, reading.Labelled = append(reading.Skipped, in.skipped...), in.labelled
	reading.Fragments = in.Counts.Fragments
	reading.describeCells(b)
	return &File{Rows: b.rows, Reading: reading, SHA256: hex.EncodeToString(sum.Sum(nil)), doubtful: in.Counts.Inside, needed: in.needed, cutShort: cutShort, Origins: b.origins}, nil
}

// numbersAtOnce is how many numbers one core reads before it takes the next. It is
// large enough that handing out costs nothing, and small enough that no core is
// waited for.
const numbersAtOnce = 512

// ctxReader ends a long read when the context is done. It cannot interrupt a read
// that hangs.
type ctxReader struct {
	ctx context.Context
	src io.Reader
}

// Read asks the context first.
func (r ctxReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.src.Read(p)
}

// Package importfile turns the bytes of a file that people have into rows: one
// phone of one user each, with the physical line it stands on and with what is
// wrong with it.
//
// It reads delimited text, whatever its encoding, delimiter and quotes, and
// whatever programs put round the heading, and sheets of Excel workbooks, whose rows
// are lines to it, in two forms: long, one phone per line
// (user, phoneType, phoneNumber), and wide, one person per line with a column
// per phone type. It finds the delimiter and the columns by the heading, says
// how it read the file ([Reading]), and refuses a file that it cannot read for
// certain ([FileError]). It does not compare rows with each other, and it knows
// neither the tenant nor what becomes of a row.
//
// Its one invariant: every line of the file that is not blank and names a phone
// becomes at least one row, fit or with its problems, in the order of the file;
// nothing is dropped or guessed silently. The content of a quoted cell never
// becomes a row that is fit.
//
// # How it works
//
// What a heading means is found by its exact letters, or else by its words: each
// says something (phone, mobile, work, user), and together they mean a column or
// none. A word that is not known makes the heading unknown, because it may name
// somebody else. Where headings leave something open, the first rows may
// disprove a meaning; they never give one.
//
// A line passes three rooms. [entraphone/internal/table.Table.Records] splits it into cells and
// tells what is wrong with it as a line; lines.decide drops what is not a row
// (labels, footers, what a condition leaves out) and takes the mapped cells, so
// that no other column (a template may hold passwords) goes any further; gocsv
// decodes these into a record by its tags, and builder.add makes the rows of it.
// While one batch of lines becomes rows, the next two are decoded and taken off
// the file, and numbers are read on all cores meanwhile; no batch overtakes
// another.
//
// # What comes first
//
// Where several tell the same, the order is: a flag, the profile, the heading, the
// cells of the whole file. The country of a number is the one that it begins with,
// by + or 00; else that of a column of dialling codes, of the row's country cell,
// and of --default-country for rows whose cell is empty. A country that is not known
// is never replaced by the default: it is some other one.
//
// # What stands where
//
//   - open.go and read.go: from a path to the rows; [Options] and [File]. sheet.go is
//     all that knows of workbooks.
//   - lines.go: whether a record is a row. labels.go knows the lines that are none,
//     selection.go those that are not meant; status.go and untyped.go look for
//     columns that nobody has thought of.
//   - batch.go and record.go: lines through gocsv, in pieces.
//   - rows.go: the rows of a line. users.go, codes.go and parts.go read the cells
//     that stand beside a number.
//   - reading.go and profile.go: how the file was read, and how to read the next one
//     the same.
//   - excerpt.go, remarks.go and template.go: files for people to write into.
//   - errors.go and problems.go: what is wrong with a file, and with a line.
//
// # Memory and time
//
// The bytes of the file are never held together, but for those of a workbook, which is
// read from its end: there are the table's window, two
// batches of lines, and the rows, whose texts share memory where they repeat. Lines
// are split by one core, numbers are parsed by all of them, which takes longest.
//
// # What is shown
//
// Messages, readings and errors are for screens and logs: they show no cell in which
// four digits or more stand. Rows keep the phone cell as it was written, for the
// results, which only their owner can read.
//
// # Excerpts
//
// [Excerpt] hands lines back in the dialect of their file, and rows of a workbook in a
// workbook. Read unchanged, an
// excerpt gives no row that the file did not give.
package importfile

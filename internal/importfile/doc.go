// Package importfile turns the bytes of a file that people have into rows: one
// phone of one user each, with the physical line it stands on and with what is
// wrong with it.
//
// It reads delimited text, whatever its encoding, delimiter and quotes, and
// whatever programs put round the heading, in two forms: long, one phone per line
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
// [Excerpt] hands lines back in the dialect of their file. Read unchanged, an
// excerpt gives no row that the file did not give.
package importfile

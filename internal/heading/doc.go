// Package heading turns headings, and a sample of cells, into what each column
// means, or into a question that only a person can answer. It is pure: strings
// in, columns or a [Question] out. It also knows the words of cells: phone types,
// statuses, "none", and what is a user.
//
// It does not know bytes, records or numbers. Whether a cell is a dialling code
// it asks its caller.
//
// # Where a word is added
//
// All words of people stand in lexicon.tsv, by meaning and language; rules.tsv
// tells what words mean together, and questions.tsv what is asked. The code is
// rules over meanings. What a heading means is found by its exact letters, or
// else by its words: each says something (phone, mobile, work, user). A word that
// is not in the table makes the heading unknown, because it may name somebody
// else. Where headings leave something open, the sample may disprove a meaning; it
// never gives one. What --map and a profile name is binding, and comes first.
//
// The steps of [Resolve] build on each other: what was bound (binding), what
// headings mean by themselves (guess), which of them is used (decision), and whose
// the parts of numbers are (division). The first question ends them.
//
// # What stands where
//
//   - resolve.go: [Input], [Columns] and the order of the steps. binding.go, guess.go,
//     form.go and pairs.go, parts.go and codes.go are these, one after the other.
//   - meaning.go: what one heading means by itself. words.go finds its words, and
//     lexicon.go what each of them says.
//   - key.go: the meanings. question.go: what is asked, and how columns are named.
//   - profile.go: what files of one kind have, as YAML.
//   - cell.go and user.go: what cells say.
//
// Its one invariant: a column has a meaning only where nothing else is possible;
// where two columns could have it, a question lists both.
package heading

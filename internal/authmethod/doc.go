// Package authmethod is the vocabulary of the program: phone authentication
// methods as Microsoft Entra ID knows them, and the words for what happens to
// them on their way there.
//
// It does no input or output and knows neither files, numbering plans nor HTTP.
// Its one invariant: a [PhoneNumber] is always in Graph's form, and it prints
// masked everywhere except through [PhoneNumber.Graph].
//
// # Glossary
//
// The whole program keeps to these words, each with one meaning:
//
//   - record: the cells of one line of the file. It may run over several physical
//     lines.
//   - row: one phone of one user, as the file gives it. A record of the wide form
//     (one column per phone type) gives several rows, one of the long form gives
//     one. A row does not change once it is read.
//   - problem: what is wrong with a row, so that it is not sent; note: what is odd
//     or was repaired, which does not stop it. Both are findings, and each has a
//     code of the catalogue.
//   - step: one call to Graph for one phone of one row; lane: what is to be sent
//     for one user, in the order that Graph needs.
//   - answer: what came back for a step, or the fact that nothing usable did.
//   - outcome: what became of a row; results: exactly one outcome for each row.
//   - class: who can do something about an outcome that is not a success.
//   - run: one execution of the import over one file.
//
// And to these verbs: parse (text to a value), decide (choose among several ways
// to read), send, settle (find out what became of a step), render.
//
// The resource is described at
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod.
package authmethod

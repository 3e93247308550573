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
//   - plan: the lanes of a file, with what is decided and found before anything is
//     sent.
//   - action: what the file asks for a row; policy: what the run does where the file
//     does not say.
//   - task: what is to be done about one row, a create, an update or a removal; lane:
//     the tasks of one user, in the order that Graph needs. The first of them that has
//     no outcome is its head.
//   - step: one call to Graph for one phone of one row. A task takes one step or
//     several; those that change something are writes, the others reads.
//   - answer: what came back for a step, or the fact that nothing usable did.
//   - outcome: what became of a row; results: exactly one outcome for each row.
//   - class: who can do something about an outcome that is not a success.
//   - registered: of a number, that it stands in the tenant as the user's phone of a
//     type.
//   - ledger: what was last confirmed of a tenant's phones, from run to run.
//   - run: the import of one file, or the rollback of another run, from its first
//     process to its end; rehearsal: a run into the simulator.
//   - journal: the record of a run. It has an intent before each write and an outcome
//     for each row that has one. A row with an intent and no later outcome is open:
//     its write is in doubt.
//   - fold: what the journal says became of the rows of a file, as the file is now.
//   - resume: another process goes on with a run that did not come to its end.
//   - rollback: a run that puts back what another run has changed. The rollback of a
//     rollback changes it again.
//
// And to these verbs: parse (text to a value), decide (choose among several ways
// to read), send, settle (find out what became of a step), hold back (give a task
// no step because of another one), fold (a journal to what it says), render.
//
// The resource is described at
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod.
package authmethod

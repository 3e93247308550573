// Package authmethod is the vocabulary of the program: phone authentication
// methods as Microsoft Entra ID knows them, and the words for what happens to
// them on their way there. It also turns what people write in files into the
// one form of a number that Microsoft Graph documents.
//
// It does no input or output and knows neither files nor HTTP. Its one
// invariant: a [PhoneNumber] is always in Graph's form, and it prints masked
// everywhere except through [PhoneNumber.Graph].
//
// # Glossary
//
//   - row: one phone of one user, as the file gives it. A wide line (one column
//     per phone type) gives several rows, a long line gives one.
//   - problem: why a row cannot be sent. Notes have the same shape; they are
//     repairs and warnings that do not stop a row.
//   - operation: one call to Graph for one phone of one user.
//   - answer: what one operation got back, or the fact that nothing usable did.
//   - lane: the operations of one user, in the order Graph needs.
//   - outcome: what finally became of a row; every row gets exactly one.
//   - class: who can do something about an outcome that is not a success.
//   - run: one execution of the import over one file.
//
// The resource is described at
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod.
package authmethod

// Package ledger keeps what was last confirmed of the phones of one tenant, from
// one run to the next, so that a row whose phone has not changed costs no request.
// It also keeps the secret of the folder of runs.
//
// The file is a bbolt database. For each user and phone type it holds the second in
// which the value was confirmed, and a keyed hash of the value: a number, or that
// there is no phone. "Confirmed" means that Graph said so, by a 2xx to our own write
// or by a read.
//
//	bucket header: "format" → version of this layout, one byte
//	               "check"  → 16 bytes derived from the secret
//	               "run"    → counter of runs, 8 bytes
//	bucket phones: name[:8] → seconds since 1970 (4 bytes),
//	                          HMAC-SHA256(k2, name, seconds, number)[:12]
//	               where name is HMAC-SHA256(k1, phone type, 0, user in lower case)
//
// k1, k2 and the check are derived from the secret by HKDF (RFC 5869). So the file
// alone tells neither users nor numbers, and an entry that was damaged, moved or
// made up confirms nothing. Whoever has the secret as well can try all numbers, of
// which there are few.
//
// # Life cycle of an entry
//
// A value is confirmed: [Ledger.Confirm]. Later runs ask [Ledger.Confirmed], and send
// nothing for a row that has the same value, except where [Ledger.Due] has it read
// again. Before anything that may change the phone is sent, the entry is forgotten
// and that is made safe: [Ledger.Forget], [Ledger.Flush]. Otherwise a process that
// dies between Graph's storing of the new number and our hearing of it would leave
// the old one as confirmed, and the next file with the old one would be called
// unchanged. When the answer is there, the new value is confirmed.
//
// Both may be done for each batch or once for a whole run, before its first write: an
// entry that is about to be changed holds another value than the file, so that it
// would save no request anyway. Where no entry stands on disk, as in a first run, they
// cost no write.
//
// # What a power cut can lose
//
// Confirmations are written in groups, so that the last group may be lost; its rows
// cost a request in the next run. What was forgotten before a Flush that returned
// stays forgotten, and so does a value that Confirm replaced. The transactions of
// bbolt leave the file whole at any instant.
//
// # What it does not know
//
// It knows nothing of what others change in the tenant, of runs that keep their
// ledger elsewhere, or of what came after an old copy of the file that is put back;
// nor that a userPrincipalName and an object id are one user. The rotating sample of
// Due finds these in time. The file may be deleted at any time: that costs requests,
// never a wrong result.
//
// Its one invariant: once Flush or Confirm has returned, no entry on disk holds a
// value other than the one that the ledger was told last.
package ledger

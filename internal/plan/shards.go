package plan

import (
	"hash/maphash"
	"runtime"

	"golang.org/x/sync/errgroup"

	"entraphone/internal/authmethod"
)

// shards is how many parts rows are looked at in, some at a time: each fits a
// processor's cache.
const shards = 64

// seed differs from process to process. It decides which rows are looked at
// together, and nothing of what comes out.
var seed = maphash.MakeSeed()

// link chains rows that are the same: next is the next such row in the order of
// the file, or -1, and first tells the rows that begin a chain. Rows that are
// the same have one hash; those of hash 0 are in no chain. It works on all
// cores. It calls hash and same from several goroutines at once. It does what a
// map from a key to its rows would, without making a key for each row.
func link(rows *authmethod.Rows, hash func(*authmethod.Row) uint32, same func(a, b *authmethod.Row) bool) (next []authmethod.RowNumber, first []bool) {
	l := linker{rows, same, make([]uint32, rows.Len()), make([]authmethod.RowNumber, rows.Len()), make([]bool, rows.Len())}
	var g errgroup.Group
	cores := runtime.GOMAXPROCS(0)
	g.SetLimit(cores)
	share := rows.Len()/cores + 1
	for from := 0; from < rows.Len(); from += share {
		g.Go(func() error {
			for n := from; n < min(from+share, rows.Len()); n++ {
				l.hashes[n] = hash(rows.At(authmethod.RowNumber(n)))
			}
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	for _, members := range l.shards() {
		g.Go(func() error {
			l.shard(members)
			return nil
		})
	}
	_ = g.Wait()
	return l.next, l.first
}

// linker is a link in the making. Its three slices have an entry for each row,
// and goroutines write only those of their own rows, so that nothing is locked.
type linker struct {
	rows   *authmethod.Rows
	same   func(a, b *authmethod.Row) bool
	hashes []uint32
	next   []authmethod.RowNumber
	first  []bool
}

// shards deals out the rows by their hashes, each shard in the order of the file.
func (l *linker) shards() (shard [shards][]authmethod.RowNumber) {
	var counts [shards]int
	for _, h := range l.hashes {
		counts[h%shards]++
	}
	all := make([]authmethod.RowNumber, len(l.hashes))
	for i, n := range counts {
		shard[i], all = all[:0:n], all[n:]
	}
	for n, h := range l.hashes {
		if h != 0 {
			shard[h%shards] = append(shard[h%shards], authmethod.RowNumber(n))
		}
	}
	return shard
}

// shard links the rows of one shard: an open hash table holds the last row of
// each chain. The table is never more than half full, so that a search is short.
func (l *linker) shard(members []authmethod.RowNumber) {
	size := uint32(8)
	for int(size) < 2*len(members) {
		size *= 2
	}
	last := make([]authmethod.RowNumber, size) // one more than the row's number; 0 is free
	for _, n := range members {
		h := l.hashes[n]
		l.first[n], l.next[n] = true, -1
		at := h / shards % size
		for ; last[at] != 0; at = (at + 1) % size {
			if before := last[at] - 1; l.hashes[before] == h && l.same(l.rows.At(before), l.rows.At(n)) {
				l.first[n], l.next[before] = false, n
				break
			}
		}
		last[at] = n + 1
	}
}

package importfile

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"testing"
)

const benchRows = 100_000

// benchFile is a long form of six countries, without anything wrong in it.
func benchFile() []byte {
	var b bytes.Buffer
	b.WriteString("userPrincipalName,phoneType,phoneNumber\n")
	types := []string{"mobile", "office"}
	numbers := []string{"+1 206555%04d", "+44 207946%04d", "+33 63998%04d", "+49 30231%05d", "+46 84650%04d", "+353 2091%05d"}
	for i := range benchRows {
		number := fmt.Sprintf(numbers[i/2%len(numbers)], i%10000)
		fmt.Fprintf(&b, "person%07d@example.com,%s,%s\n", i/2, types[i%2], number)
	}
	return b.Bytes()
}

// BenchmarkRead compares reading with and without the numbers, and both with
// what encoding/csv needs to take the same file apart.
func BenchmarkRead(b *testing.B) {
	text := benchFile()
	report := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
	}
	b.Run("all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f, err := Read(b.Context(), bytes.NewReader(text), Options{})
			if err != nil || f.Rows.Len() != benchRows {
				b.Fatal(err)
			}
		}
		report(b)
	})
	b.Run("without numbers", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			in := newRecords(bytes.NewReader(text), nil)
			c, _, err := in.begin(Options{})
			if err != nil {
				b.Fatal(err)
			}
			rows := newBuilder(&c, newCountries(), "")
			if err := in.readInto(rows, func([]number) {}); err != nil || rows.rows.Len() != benchRows {
				b.Fatal(err)
			}
		}
		report(b)
	})
	b.Run("encoding csv", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(text))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
		report(b)
	})
}

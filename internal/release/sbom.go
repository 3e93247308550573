package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/CycloneDX/cyclonedx-gomod/pkg/generate/bin"
	"github.com/rs/zerolog"
)

// sbom is what a program was made of, as the program itself knows it: its modules and
// Go's own library. The date is the commit's, and there is no serial number, which
// would be another one each time.
func (c commit) sbom(p program) ([]byte, error) {
	generator, err := bin.NewGenerator(p.path, bin.WithIncludeStdlib(true), bin.WithVersionOverride("v"+c.version), bin.WithLogger(zerolog.Nop()))
	if err != nil {
		return nil, err
	}
	bom, err := generator.Generate()
	if err != nil {
		return nil, fmt.Errorf("listing what %s is made of: %w", p, err)
	}
	bom.Metadata.Timestamp = c.date.Format(time.RFC3339)
	var out bytes.Buffer
	err = cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cyclonedx.SpecVersion1_6)
	return out.Bytes(), err
}

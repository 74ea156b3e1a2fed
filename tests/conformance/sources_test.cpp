// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/open.h"
#include "tests/support/conformance.h"
#include "tests/support/data_sets.h"

#include <cmath>
#include <set>

using namespace core;

namespace {

// Generators: what needs no file.
std::vector<std::string> generatorKinds()
{
    std::vector<std::string> kinds;
    for (const base::Entry& entry : data::allSources().family().entries)
        if (entry.schema.find("seed"))
            kinds.push_back(entry.kind);
    return kinds;
}

base::Result<data::Loaded> generated(const std::string& kind, std::int64_t seed, std::int64_t rows)
{
    data::SourceRequest request;
    request.data.source = {kind, base::Object{{"seed", seed}}};
    request.data.rows = rows;
    return data::loadSource(request);
}

// All numbers and texts that a source handed over, inputs, cells or samples, as one text.
std::string contentOf(const data::Loaded& loaded)
{
    std::string content;
    const auto add = [&](const auto& values) {
        content.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
    };
    if (loaded.inputs.defined())
        add(tests::floatsOf(loaded.inputs));
    if (loaded.targets.defined())
        add(tests::floatsOf(loaded.targets.to(at::kFloat)));
    for (std::size_t c = 0; loaded.table && c < loaded.table->columns.size(); ++c) {
        add(loaded.table->columns[c].numbers);
        add(loaded.table->columns[c].codes);
    }
    for (std::int64_t row = 0; loaded.samples && row < loaded.samples->size(); ++row) {
        const auto sample = loaded.samples->read(row);
        REQUIRE(sample);
        add(sample->values);
        add(sample->mask);
        for (const data::Box& box : sample->boxes)
            add(std::vector<float>{box.left, box.top, box.right, box.bottom, float(box.label)});
    }
    return content;
}

void checkTable(const data::Table& table)
{
    CHECK(table.find(table.target) != nullptr);
    for (const data::Column& column : table.columns) {
        const bool text = column.kind == data::ColumnKind::Text;
        CHECK((text ? column.codes.size() : column.numbers.size()) == std::size_t(table.rows));
        for (const double value : column.numbers)
            CHECK(std::isfinite(value));
        for (const std::int32_t code : column.codes)
            CHECK((code >= 0 && std::size_t(code) < column.words.size()));
    }
}

void checkSample(const data::Sample& sample, const data::DatasetInfo& info)
{
    CHECK(sample.modality == info.modality);
    std::int64_t numbers = 1;
    for (const std::int64_t side : sample.shape)
        numbers *= side;
    CHECK(std::int64_t(sample.values.size()) == numbers);
    for (const float value : sample.values)
        if (!(std::abs(value) <= 1))
            FAIL_CHECK("outside of pixels and waveforms: " << value);
    for (const data::Box& box : sample.boxes) {
        CHECK((0 <= box.left && box.left < box.right && box.right <= float(sample.width())));
        CHECK((0 <= box.top && box.top < box.bottom && box.bottom <= float(sample.height())));
        CHECK((box.label >= 0 && box.label < std::int64_t(info.classes.size())));
    }
    for (const std::uint8_t label : sample.mask)
        if (label >= info.classes.size())
            FAIL_CHECK("no such class: " << int(label));
}

}

TEST_CASE("sources: every field is declared whole")
{
    tests::checkDeclared(data::allSources().family());
    REQUIRE(generatorKinds().size() >= 5);
}

TEST_CASE("sources: a generator repeats by its seed and differs by another")
{
    for (const std::string& kind : generatorKinds()) {
        INFO(kind);
        const auto first = generated(kind, 7, 40), again = generated(kind, 7, 40), other = generated(kind, 8, 40);
        REQUIRE(first);
        REQUIRE(other);
        CHECK(contentOf(*first) == contentOf(*again));
        CHECK(contentOf(*first) != contentOf(*other));
    }
}

TEST_CASE("sources: a generator makes what it says, of any size")
{
    for (const std::string& kind : generatorKinds())
        for (const std::int64_t rows : {5, 10, 101}) {
            INFO(kind);
            const auto loaded = generated(kind, 0, rows);
            REQUIRE(loaded);
            CHECK(loaded->rows() == rows);
            if (loaded->table) {
                CHECK(loaded->table->name == kind);
                checkTable(*loaded->table);
                continue;
            }
            CHECK(loaded->info.name == kind);
            CHECK(loaded->info.rows == rows);
            for (std::int64_t row = 0; loaded->samples && row < rows; ++row) {
                const auto sample = loaded->samples->read(row);
                REQUIRE(sample);
                checkSample(*sample, loaded->info);
            }
            if (!loaded->targets.defined())
                continue;
            std::set<std::int64_t> seen;
            for (const std::int64_t label : tests::longsOf(loaded->targets))
                seen.insert(label);
            CHECK(*seen.begin() >= 0);
            CHECK(*seen.rbegin() < std::int64_t(loaded->info.classes.size()));
            CHECK((seen.size() == loaded->info.classes.size() || rows < 101));
        }
}

TEST_CASE("sources: a generator of points makes two features and all of its classes")
{
    for (const std::string& kind : generatorKinds()) {
        const auto loaded = generated(kind, 0, 10);
        REQUIRE(loaded);
        if (!loaded->inputs.defined())
            continue;
        INFO(kind);
        CHECK(loaded->info.task == "classification");
        CHECK(loaded->info.features == std::vector<std::string>{"x", "y"});
        CHECK(loaded->inputs.sizes().vec() == std::vector<std::int64_t>{10, 2});
        for (const float value : tests::floatsOf(loaded->inputs))
            CHECK(std::isfinite(value));
        const auto labels = tests::longsOf(loaded->targets);
        CHECK(std::set<std::int64_t>(labels.begin(), labels.end()).size() == loaded->info.classes.size());
    }
}

TEST_CASE("sources: one without its file says so")
{
    for (const base::Entry& entry : data::allSources().family().entries) {
        if (!entry.schema.find("path"))
            continue;
        INFO(entry.kind);
        data::SourceRequest request;
        request.data.source = {entry.kind, base::Object{}};
        CHECK(data::loadSource(request).error().kind == base::ErrorKind::Spec);
        request.data.source.params.object().set("path", "/nowhere/at/all");
        const auto missing = data::loadSource(request);
        REQUIRE_FALSE(missing);
        CHECK(missing.error().kind == base::ErrorKind::Data);
        CHECK(missing.error().where.find("/nowhere/at") == 0);
    }
}

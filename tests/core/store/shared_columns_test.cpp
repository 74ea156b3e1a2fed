// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/h5_view.h"
#include "tests/core/store/python.h"
#include "tests/core/store/recording.h"

namespace tests::shared_columns_test {

using namespace tests;
namespace fs = std::filesystem;

namespace {

store::Series series(std::int64_t stride, std::size_t rows, double value)
{
    store::Series made;
    for (std::size_t i = 0; i < rows; ++i) {
        made.steps.push_back(std::int64_t(i) * stride);
        made.times.push_back(1.7e9 + double(i) / 1024);
        made.values.push_back(value / double(i + 1));
    }
    return made;
}

bool same(const store::Series& a, const store::Series& b)
{
    return a.steps == b.steps && a.values == b.values && a.times == b.times;
}

}

TEST_CASE("steps and times of series that were taken together are in the file once, under every name")
{
    TempFolder folder;
    store::RunRecord record;
    record.spec = sampleSpec();
    record.scalars = {{"train/loss", series(1, 400, 3)},
                      {"train/lr", series(1, 400, 0.1)},
                      {"validation/f1", series(20, 20, 7)},
                      {"validation/loss", series(20, 20, 2)},
                      {"validation/late", series(20, 19, 2)},
                      {"none/a", {}},
                      {"none/b", {}}};
    store::TensorSeries& weight = record.tensors["0.weight"];
    weight.steps = record.scalars["train/loss"].steps;
    weight.columns["mean"] = std::vector<double>(400, 0.5);
    const fs::path file = folder.path() / "run.h5";
    REQUIRE(store::writeView(file, record));

    store::RunRecord back;
    REQUIRE(store::readView(file, back));
    REQUIRE(back.scalars.size() == record.scalars.size());
    for (const auto& [name, written] : record.scalars) {
        CAPTURE(name);
        CHECK(same(back.scalars.at(name), written));
    }
    CHECK(back.tensors.at("0.weight").steps == weight.steps);

    if (!hasPython("h5py")) {
        WARN("skipped in part: python3 has no h5py (DESCENT_TEST_PYTHONPATH names where it is)");
        return;
    }
    CHECK(runPython(folder.file("places.py", "import h5py\nf = h5py.File(\"" + file.string() + R"(", "r")
run, train, validation = f["scalars"], f["scalars/train"], f["scalars/validation"]
assert train["lr/step"] == train["loss/step"] == f["tensors/0.weight/step"]
assert train["lr/time"] == train["loss/time"]
assert validation["f1/step"] == validation["loss/step"]
assert validation["late/step"] != validation["loss/step"] != train["loss/step"]
assert train["lr/value"] != train["loss/value"]
assert f["findings/rule"] == f["edits/path"] and len(f["findings/rule"]) == 0
assert list(train) == ["loss", "lr"] and list(train["lr"]) == ["step", "time", "value"]
assert list(train["lr/step"]) == list(range(400))
assert list(validation["late/step"]) == list(range(0, 380, 20))
)")));
}

TEST_CASE("what stands under many names counts against what a file may claim each time")
{
    TempFolder folder;
    store::RunRecord record;
    record.spec = sampleSpec();
    // As many steps as a file of this size can hold, since they are packed almost to nothing.
    store::Series& first = record.scalars["a"];
    first.steps.assign(1 << 20, 7);
    first.times.assign(1 << 20, 1.7e9);
    first.values.assign(1 << 20, 1);
    const fs::path file = folder.path() / "run.h5";
    REQUIRE(store::writeView(file, record));
    if (!hasPython("h5py")) {
        WARN("skipped: python3 has no h5py (DESCENT_TEST_PYTHONPATH names where it is)");
        return;
    }
    REQUIRE(runPython(folder.file("link.py", "import h5py\nf = h5py.File(\"" + file.string() + R"(", "r+")
for i in range(200):
    for part in "step", "time", "value":
        f[f"scalars/b{i}/{part}"] = f[f"scalars/a/{part}"]
f.close()
)")));
    store::RunRecord back;
    const auto read = store::readView(file, back);
    REQUIRE_FALSE(read);
    CHECK(read.error().message.find("claims more than it can hold") != std::string::npos);
}

}

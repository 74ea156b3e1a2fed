// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/data/formats/npy_reader.h"
#include "core/data/formats/zip_reader.h"
#include "tests/support/golden.h"
#include "tests/support/python.h"

using namespace core;

namespace {

std::vector<double> valuesOf(const data::NumberArray& array)
{
    std::vector<double> values;
    for (std::int64_t i = 0; i < array.count(); ++i)
        values.push_back(array.at(i));
    return values;
}

}

TEST_CASE("numpy: arrays of every type, order and number of dimensions come out as they went in")
{
    const tests::TempFolder folder;
    if (!tests::runPython(folder, R"(
import json, numpy as np
rng = np.random.default_rng(3)
expected = {}
def save(name, array):
    np.save(name + ".npy", array)
    values = array.astype("U").ravel().tolist() if array.dtype.kind in "SU" else array.astype("f8").ravel().tolist()
    expected[name] = {"shape": list(array.shape), "values": values}
for kind in ["?", "u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", "<i4", ">i4", "<i8", ">i8", "<u8", ">u8",
             "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
    array = rng.integers(0 if "u" in kind else -100, 100, (3, 4, 2)).astype(kind)
    save("c_%s" % kind.strip("<>?") + ("_big" if ">" in kind else ""), array)
    save("f_%s" % kind.strip("<>?") + ("_big" if ">" in kind else ""), np.asfortranarray(array))
save("none", np.zeros((0, 3)))
save("one", np.array(5))
save("row", np.arange(4)[None])
save("bytes", np.array([b"a", b"bcd"])); save("texts", np.array(["\u00e4", "bcd"])); save("texts_big", np.array(["ab"], ">U2"))
np.savez_compressed("many.npz", **{name: np.load(name + ".npy") for name in expected})
json.dump(expected, open("expected.json", "w"))
)"))
        return;
    const auto expected = base::readJson(folder.path() / "expected.json");
    const auto archive = data::ZipReader::open(folder.path() / "many.npz");
    REQUIRE(expected);
    REQUIRE(archive);
    REQUIRE(archive->entries().size() == expected->object().size());
    for (const data::ZipEntry& entry : archive->entries()) {
        INFO(entry.name);
        const auto bytes = archive->read(entry);
        REQUIRE(bytes);
        const auto packed = data::readNpy(*bytes, entry.name);
        const auto plain = data::readNpyFile(folder.path() / entry.name);
        REQUIRE(packed);
        REQUIRE(plain);
        const base::Value& want = (*expected)[entry.name.substr(0, entry.name.size() - 4)];
        CHECK(std::vector<double>(plain->shape.begin(), plain->shape.end()) == tests::flat(want["shape"]));
        CHECK(packed->shape == plain->shape);
        CHECK(packed->bytes == plain->bytes);
        if (plain->element != data::Element::Text) {
            CHECK(valuesOf(*plain) == tests::flat(want["values"]));
            continue;
        }
        std::vector<std::string> texts;
        for (const base::Value& text : want["values"].array())
            texts.push_back(text.text());
        CHECK(plain->texts == texts);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/confined_child.h"
#include "core/base/files.h"
#include "core/base/rng.h"
#include "core/data/formats/h5_message.h"
#include "core/data/open.h"
#include "tests/support/data_sets.h"
#include "tests/support/python.h"

#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace core;

namespace {

base::Result<data::Loaded> loaded(const tests::TempFolder& folder, const std::string& name)
{
    return data::loadPath({}, (folder.path() / name).string());
}

std::string problemOf(const tests::TempFolder& folder, const std::string& name)
{
    const auto result = loaded(folder, name);
    return result ? "" : result.error().message;
}

}

TEST_CASE("a confined child computes and answers, and can do nothing else")
{
    std::string seen;
    base::ConfinedChild child(
        {}, [] {},
        [](const auto& send) {
            send(std::string(100'000, 'x'));
            const bool file = ::open("/etc/passwd", O_RDONLY) >= 0;
            const bool net = ::socket(AF_INET, SOCK_STREAM, 0) >= 0;
            const bool child = ::fork() >= 0;
            const bool code = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                                     0) != MAP_FAILED;
            send(std::string(file ? "file " : "") + (net ? "net " : "") + (child ? "fork " : "") +
                 (code ? "code" : ""));
        });
    REQUIRE(child.started());
    REQUIRE(child.receive(seen) == base::ConfinedChild::Got::Message);
    CHECK(seen == std::string(100'000, 'x'));
    REQUIRE(child.receive(seen) == base::ConfinedChild::Got::Message);
    if (child.confined())
        CHECK(seen.empty());
    CHECK(child.receive(seen) == base::ConfinedChild::Got::End);
}

TEST_CASE("a confined child that crashes, grows or says too much is a death, not ours")
{
    std::string seen;
    base::ConfinedChild crash(
        {}, [] {}, [](const auto&) { ::raise(SIGSEGV); });
    CHECK(crash.receive(seen) == base::ConfinedChild::Got::Death);
    base::ConfinedChild large(
        {.message = 10}, [] {}, [](const auto& send) { send("more than ten"); });
    CHECK(large.receive(seen) == base::ConfinedChild::Got::Death);
    base::ConfinedChild grows(
        {.memory = 1 << 26}, [] {},
        [](const auto& send) {
            void* much = std::malloc(std::size_t(1) << 30);
            send(much ? "much" : "none");
        });
    REQUIRE(grows.receive(seen) == base::ConfinedChild::Got::Message);
    CHECK(seen == "none");
}

TEST_CASE("h5: messages that no honest reader sends are refused")
{
    using data::h5::put;
    const data::H5Entry entry{.name = "x", .shape = {2}, .element = data::Element::U8};
    std::string list = "L", array = "A";
    put(list, std::uint64_t(1));
    put(list, entry);
    put(array, entry);
    put(array, std::uint64_t(2));
    data::H5Messages fine(100);
    CHECK(fine.take(list));
    CHECK(fine.take(array));
    CHECK_FALSE(fine.whole());
    CHECK(fine.take("Bab"));
    CHECK(fine.whole());
    CHECK(fine.contents.arrays[0].array.at(1) == 'b');
    CHECK_FALSE(fine.take("Bc"));
    data::H5Messages early(100);
    CHECK_FALSE(early.take(array));
    data::H5Messages large(1);
    CHECK(large.take(list));
    CHECK_FALSE(large.take(array));
    data::H5Messages wrong(100);
    CHECK_FALSE(wrong.take(""));
    CHECK_FALSE(wrong.take("Z"));
    CHECK_FALSE(wrong.take(list.substr(0, 12)));
}

TEST_CASE("h5: what is not read is named, with the reason")
{
    const tests::TempFolder folder;
    if (!tests::runPython(folder, R"(
import h5py, numpy as np
with h5py.File("packed.h5", "w") as f:
    f.create_dataset("x", data=np.ones((30, 3)), compression="lzf"); f["y"] = np.arange(30) % 2
with h5py.File("beside.h5", "w") as f:
    f["x"] = np.arange(90.).reshape(30, 3); f["y"] = np.arange(30) % 2; f["z"] = h5py.ExternalLink("other.h5", "/z")
)"))
        return;
    CHECK(problemOf(folder, "packed.h5").find("not read: x (packed by lzf; use gzip)") != std::string::npos);
    const auto beside = loaded(folder, "beside.h5");
    REQUIRE(beside);
    REQUIRE(beside->problems.size() == 1);
    CHECK(beside->problems[0].message == "not everything in the file is read: z (a link to somewhere else)");
}

TEST_CASE("h5: what h5py writes comes out as it went in")
{
    const tests::TempFolder folder;
    if (!tests::runPython(folder, R"(
import h5py, numpy as np
with h5py.File("images.h5", "w") as f:
    f.create_dataset("X_train", data=np.arange(40 * 4 * 4, dtype="u1").reshape(40, 4, 4), compression="gzip", chunks=(7, 4, 4))
    f["y_train"] = np.arange(40) % 3
    f["X_test"] = np.zeros((5, 4, 4), "u1"); f["y_test"] = np.array([0, 1, 2, 0, 1])
    f.create_group("more/deep")["other"] = np.arange(3)
with h5py.File("columns.h5", "w") as f:
    f["height"] = np.linspace(0, 1, 30, dtype=">f4"); f["ok"] = np.arange(30) % 2 == 0
    f["kind"] = [b"a", b"bb", b"c"] * 10; f["name"] = ["x%d" % (i % 4) for i in range(30)]
    f["half"] = np.arange(30, dtype="f2") / 2; f["scalar"] = 5
with h5py.File("records.h5", "w") as f:
    f["table"] = np.array([(i, i / 2, b"k%d" % (i % 2)) for i in range(30)], dtype=[("a", "i4"), ("b", "f8"), ("label", "S4")])
with h5py.File("named.h5", "w", libver="latest") as f:
    f["set/pixels"] = np.arange(60, dtype="i8").reshape(20, 3); f["set/kinds"] = np.arange(20) % 2
)"))
        return;
    const auto images = loaded(folder, "images.h5");
    REQUIRE(images);
    CHECK(images->info.inputShape == std::vector<std::int64_t>{1, 4, 4});
    CHECK(images->inputs.scalar_type() == at::kByte);
    CHECK(images->inputs.flatten().to(at::kLong).select(0, 300).const_data_ptr<std::int64_t>()[0] == 300 % 256);
    CHECK(images->info.testRows == 5);
    const auto columns = loaded(folder, "columns.h5");
    REQUIRE(columns);
    REQUIRE(columns->table);
    CHECK(columns->table->names() == std::vector<std::string>{"half", "height", "kind", "name", "ok"});
    CHECK(columns->table->find("half")->numbers[3] == 1.5);
    CHECK(columns->table->find("height")->numbers[29] == 1);
    CHECK(columns->table->find("kind")->words == std::vector<std::string>{"a", "bb", "c"});
    CHECK(columns->table->find("name")->words.size() == 4);
    CHECK(columns->table->find("ok")->numbers[2] == 1);
    const auto records = loaded(folder, "records.h5");
    REQUIRE(records);
    CHECK(records->table->names() == std::vector<std::string>{"a", "b", "label"});
    CHECK(records->table->columns[1].numbers[3] == 1.5);
    data::SourceRequest request;
    request.data.rows = 10;
    request.data.source = {
        "hdf5", base::Object{{"path", (folder.path() / "named.h5").string()}, {"x", "set/pixels"}, {"y", "set/kinds"}}};
    const auto named = data::loadSource(request);
    REQUIRE(named);
    CHECK(named->table->rows == 10);
    CHECK(named->table->columns[2].numbers[9] == 29);
    request.data.source.params.object().set("x", "nothing");
    CHECK(data::loadSource(request).error().where == "/data/source/x");
}

TEST_CASE("h5: links and storage elsewhere, virtual datasets, references and bombs are refused")
{
    const tests::TempFolder folder;
    if (!tests::runPython(folder, R"(
import h5py, numpy as np
open("secret", "wb").write(b"\x07" * 800)
y = np.arange(10) % 2
with h5py.File("inner.h5", "w") as f:
    f["x"] = np.ones((10, 3)); f["y"] = y
def make(name, put):
    with h5py.File(name, "w") as f:
        f["y"] = y
        put(f)
make("link.h5", lambda f: f.__setitem__("x", h5py.ExternalLink("inner.h5", "/x")))
make("soft.h5", lambda f: f.__setitem__("x", h5py.SoftLink("/nowhere")))
make("storage.h5", lambda f: f.create_dataset("x", (10, 10), "f8", external="secret"))
def virtual(f):
    layout = h5py.VirtualLayout((10, 3), "f8")
    layout[:] = h5py.VirtualSource("inner.h5", "x", (10, 3))
    f.create_virtual_dataset("x", layout)
make("virtual.h5", virtual)
def references(f):
    d = f.create_dataset("x", (10, 2), h5py.ref_dtype)
    d[0, 0] = f["y"].ref
make("references.h5", references)
make("lzf.h5", lambda f: f.create_dataset("x", data=np.zeros((10, 3)), compression="lzf"))
make("bomb.h5", lambda f: f.create_dataset("x", (10, 10**12), "f8", chunks=(1, 1000)))
make("vlen.h5", lambda f: f.create_dataset("x", (10, 2), h5py.vlen_dtype("f8")))
)"))
        return;
    for (const auto& [name, why] : std::map<std::string, std::string>{{"link", "a link to somewhere else"},
                                                                      {"soft", "a link to somewhere else"},
                                                                      {"storage", "stored in another file"},
                                                                      {"virtual", "a virtual dataset"},
                                                                      {"references", "references to other places"},
                                                                      {"lzf", "packed by lzf"},
                                                                      {"vlen", "rows of different lengths"}}) {
        INFO(name);
        data::SourceRequest request;
        request.data.source = {
            "hdf5", base::Object{{"path", (folder.path() / (name + ".h5")).string()}, {"x", "x"}, {"y", "y"}}};
        const auto result = data::loadSource(request);
        REQUIRE_FALSE(result);
        CHECK(result.error().message.find("\"x\" is not read: it is, or holds, " + why) == 0);
        CHECK_FALSE(problemOf(folder, name + ".h5").empty());
    }
    CHECK(problemOf(folder, "bomb.h5") == "\"x\" claims to be larger than the file can hold");
    CHECK(problemOf(folder, "script.py") != "");
}

TEST_CASE("h5: damaged files are errors or data, never a crash")
{
    const tests::TempFolder folder;
    if (!tests::runPython(folder, R"(
import h5py, numpy as np
with h5py.File("good.h5", "w") as f:
    f.create_dataset("x", data=np.arange(300.).reshape(100, 3), compression="gzip", shuffle=True)
    f["y"] = np.arange(100) % 2; f["names"] = ["a", "b"]
    f.create_group("g").attrs["a"] = 5
)"))
        return;
    const auto good = base::readFile(folder.path() / "good.h5");
    REQUIRE(good);
    REQUIRE(loaded(folder, "good.h5"));
    int refused = 0;
    for (std::uint64_t round = 0; round < 150; ++round) {
        std::string bytes = *good;
        const base::Draw draw(round, "test/h5");
        for (std::uint64_t i = 0; i < 1 + draw.below(0, 8); ++i)
            bytes[draw.below(2 * i + 1, bytes.size())] = char(draw.below(2 * i + 2, 256));
        if (round % 10 == 0)
            bytes.resize(draw.below(100, bytes.size()));
        folder.file("bad.h5", bytes);
        const auto result = data::loadPath({.data = {.format = "hdf5"}}, (folder.path() / "bad.h5").string());
        refused += !result;
        if (!result)
            CHECK(result.error().kind == base::ErrorKind::Data);
    }
    CHECK(refused > 20);
}

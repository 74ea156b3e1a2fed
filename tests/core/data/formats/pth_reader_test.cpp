// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/base/files.h"
#include "core/data/formats/pth_reader.h"

using namespace core;

namespace {

std::filesystem::path pthFile(const std::string& name)
{
    return std::filesystem::path(DESCENT_SOURCE_DIR) / "tests/golden/files/pth" / name;
}

base::Error refusal(const std::string& name)
{
    const auto read = data::readPth(pthFile(name));
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == base::ErrorKind::Data);
    CHECK(read.error().where.find(name) != std::string::npos);
    CHECK_FALSE(read.error().advice.empty());
    return read.error();
}

}

TEST_CASE("a .pth has the tensors that torch.save put there: every type, any strides, nested dicts")
{
    for (const base::Value& one : tests::golden("pth.json")) {
        INFO(one["file"].text());
        const auto read = data::readPth(pthFile(one["file"].text()));
        REQUIRE(read);
        const base::Array wanted = one["tensors"].array();
        REQUIRE(read->size() == wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const base::Blob& blob = (*read)[i];
            std::string name = blob.name;
            if (name.starts_with("module."))
                name.erase(0, 7);
            INFO(blob.name);
            CHECK(name == wanted[i]["name"].text());
            CHECK(blob.dtype == wanted[i]["dtype"].text());
            const auto tensor = tensor::fromBlob(blob);
            REQUIRE(tensor);
            CHECK(tests::flat(wanted[i]["shape"]) ==
                  std::vector<double>(tensor->sizes().begin(), tensor->sizes().end()));
            CHECK(tests::numbersIn(*tensor) == tests::flat(wanted[i]["values"]));
        }
    }
}

TEST_CASE("nothing of a .pth is run: what is no state dict is refused by name")
{
    CHECK(refusal("evil.pth").message.find("posix.system") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists("descent-was-run"));
    CHECK(refusal("module.pth").message.find("torch.nn.modules") != std::string::npos);
    CHECK(refusal("script.pth").message.find("TorchScript") != std::string::npos);
    CHECK(refusal("before_1_6.pth").message.find("before version 1.6") != std::string::npos);
}

TEST_CASE("a .pth that was cut off or changed is refused, or reads as whole tensors")
{
    const auto whole = base::readFile(pthFile("strange.pth"));
    REQUIRE(whole);
    for (std::size_t size = 0; size < whole->size(); size += 37)
        CHECK_FALSE(data::readPth(whole->substr(0, size), "cut"));
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole->size(); at += 7) {
        std::string changed = *whole;
        changed[at] = char(changed[at] ^ 0x41);
        const auto read = data::readPth(changed, "changed");
        refused += !read;
        if (!read)
            continue;
        for (const base::Blob& blob : *read)
            CHECK(tensor::fromBlob(blob));
    }
    CHECK(refused > 50);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/word_vectors.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>

namespace tests::word_vectors {

using namespace core;

const std::vector<std::string> words{"<pad>", "<unk>", "cat", "dog</w>", "new york", "dog"};

data::WordVectors read(const std::string& text, const std::string& name = "v.txt")
{
    const TempFolder folder;
    const auto found = data::readWordVectors(folder.file(name, text), words);
    if (!found)
        FAIL(base::describe(found.error()));
    return *found;
}

std::string refused(const std::string& text, const std::string& name = "v.txt")
{
    const TempFolder folder;
    const auto found = data::readWordVectors(folder.file(name, text), words);
    REQUIRE_FALSE(found);
    const std::string& where = found.error().where;
    return where.substr(where.find(", ") + 2) + ": " + found.error().message;
}

TEST_CASE("GloVe's and word2vec's text forms give the vectors of the words that are asked for")
{
    for (const std::string head : {"", "4 2\n"}) {
        const auto found = read(head + "cat 1 2\r\nbird 9 9\ndog -0.5 1e-3\nnew york 3 4\n");
        CHECK(found.dimension == 2);
        CHECK(found.entries == 4);
        CHECK(found.matched == 4);
        CHECK(found.vectors[2] == std::vector<float>{1, 2});
        // A piece that ends a word, and the word itself.
        CHECK(found.vectors[3] == std::vector<float>{-0.5f, 1e-3f});
        CHECK(found.vectors[5] == found.vectors[3]);
        CHECK(found.vectors[0].empty());
    }
    // Words with spaces in them are told by the length that the head says.
    CHECK(read("1 2\nnew york 3 4\n").vectors[4] == std::vector<float>{3, 4});
}

TEST_CASE("of a word that stands there twice the first vector counts")
{
    const auto found = read("cat 1 2\ncat 3 4\ndog 5 6\n");
    CHECK(found.duplicates == 1);
    CHECK(found.vectors[2] == std::vector<float>{1, 2});
}

TEST_CASE("word2vec's binary form is read entry by entry")
{
    std::string bytes = "2 3\n";
    const auto add = [&](const std::string& word, const std::vector<float>& numbers) {
        bytes += word + " ";
        bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
        bytes += "\n";
    };
    add("cat", {1, 2, 3});
    add("dog", {-1, 0.25f, 8});
    const auto found = read(bytes, "v.bin");
    CHECK(found.vectors[2] == std::vector<float>{1, 2, 3});
    CHECK(found.vectors[5] == std::vector<float>{-1, 0.25f, 8});
    CHECK(refused(bytes.substr(0, bytes.size() - 6), "v.bin").starts_with("entry 2: the file ends"));
    CHECK(refused("9000000000 3\ncat ", "v.bin").starts_with("entry 1: the file ends"));
    CHECK(refused("2 99999999999\n", "v.bin").starts_with("line 1: says that vectors have"));
    std::string endless = "1 1\n" + std::string(10'000, 'x');
    CHECK(refused(endless, "v.bin").starts_with("entry 1: a word is longer"));
    float infinite = HUGE_VALF;
    std::string wild = "1 1\ncat ";
    wild.append(reinterpret_cast<const char*>(&infinite), sizeof infinite);
    CHECK(refused(wild, "v.bin") == "entry 1: a number is not finite");
}

TEST_CASE("broken files are refused with their line")
{
    CHECK(refused("cat 1 2\ndog 1\n") == "line 2: has 1 numbers instead of 2");
    CHECK(refused("cat 1 2\ndog 1 2 3\n") == "line 2: has 3 numbers instead of 2");
    CHECK(refused("cat 1 2\ndog 1 x\n") == "line 2: \"x\" is no number");
    CHECK(refused("cat 1 nan\n") == "line 1: \"nan\" is no number");
    CHECK(refused("cat 1 1e99\n") == "line 1: \"1e99\" is no number");
    CHECK(refused("29 -1x\n").starts_with("line 1: \"-1x\" is no number"));
    CHECK(refused("cat\n").starts_with("line 1: says that vectors have 0 numbers"));
    CHECK(refused("").starts_with("line 1: has no vector"));
    CHECK(refused("3 4\n").starts_with("line 1: has no vector"));
    CHECK(refused(std::string((1 << 20) + 2, 'x')).starts_with("line 1: a line is longer"));
    const auto nothing = data::readWordVectors("/nowhere/at/all.txt", words);
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().message == "cannot be opened");
}

}

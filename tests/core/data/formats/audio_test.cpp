// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/files.h"
#include "core/data/formats/audio.h"
#include "tests/support/golden.h"

using namespace core;

TEST_CASE("audio: every format is read as soundfile reads it")
{
    const base::Value golden = tests::golden("files.json")[0];
    REQUIRE(golden["recordings"].object().size() == 6);
    for (const auto& [name, expected] : golden["recordings"].object()) {
        INFO(name);
        const auto bytes = base::readFile(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/files/" + name);
        REQUIRE(bytes);
        const auto recording = data::decodeAudio(*bytes, name);
        REQUIRE(recording);
        CHECK(recording->rate == expected["rate"].toReal());
        CHECK(recording->channels == expected["shape"].array()[0].toInt());
        CHECK(recording->frames == expected["shape"].array()[1].toInt());
        std::vector<double> first;
        for (std::int64_t c = 0; c < recording->channels; ++c)
            for (std::int64_t f = 0; f < 64; ++f)
                first.push_back(recording->values[std::size_t(c * recording->frames + f)]);
        // Another libsndfile may unpack Vorbis and MP3 with other roundings.
        CHECK(tests::distance(first, tests::flat(expected["first"])) < 1e-4);
        CHECK_FALSE(data::decodeAudio(bytes->substr(0, 30), name));
    }
}

TEST_CASE("audio: what is no recording says so")
{
    CHECK(data::decodeAudio("", "f").error().message == "is empty");
    CHECK(data::decodeAudio("no sound at all", "f").error().message.find("is no recording that is read here") == 0);
    CHECK(data::namesAudio("a/B.WAV"));
    CHECK_FALSE(data::namesAudio("wav"));
    CHECK(data::namesOtherAudio("a.m4a"));
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/featurizer.h"
#include "core/data/ops/sinc.h"
#include "core/data/pictures/image_size.h"
#include "core/data/signals/log_mel.h"
#include "core/data/texts/words.h"
#include "tests/support/data_sets.h"
#include "tests/support/golden.h"

#include <cmath>
#include <numeric>

using namespace core;
using tests::TempFolder;

namespace {

template <class Check>
void eachGolden(const std::string& kind, Check check)
{
    int seen = 0;
    for (const base::Value& value : tests::golden("features.json"))
        if (value["kind"].text() == kind) {
            check(value);
            ++seen;
        }
    REQUIRE(seen > 0);
}

std::vector<std::string> textsIn(const base::Value& list)
{
    std::vector<std::string> all;
    for (const base::Value& text : list.array())
        all.push_back(text.text());
    return all;
}

std::vector<double> doublesOf(const std::vector<float>& values)
{
    return {values.begin(), values.end()};
}

std::vector<float> scaledWave(std::int64_t count, double salt, double scale, double shift = 0)
{
    std::vector<float> values;
    for (const double value : tests::wave(count, salt))
        values.push_back(float(value * scale + shift));
    return values;
}

data::Loaded samplesOf(data::Modality modality, std::vector<data::Sample> samples)
{
    data::Loaded loaded;
    loaded.info.modality = modality;
    for (data::Sample& sample : samples)
        sample.modality = modality;
    loaded.samples = data::heldSamples(std::move(samples), {});
    return loaded;
}

std::vector<std::int64_t> allRows(const data::Loaded& loaded)
{
    std::vector<std::int64_t> rows(std::size_t(loaded.rows()));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

data::Sample recording(std::int64_t channels, std::int64_t frames, double rate)
{
    data::Sample sample{.modality = data::Modality::Audio, .shape = {channels, frames}, .rate = rate};
    sample.values = scaledWave(channels * frames, 0.2, 0.5);
    return sample;
}

data::Sample picture(std::int64_t channels, std::int64_t height, std::int64_t width)
{
    data::Sample sample{.modality = data::Modality::Image, .shape = {channels, height, width}};
    sample.values = scaledWave(channels * height * width, 0.5, 0.5, 0.5);
    return sample;
}

}

TEST_CASE("words: counts and tf-idf are scikit-learn's, in every script")
{
    eachGolden("text", [](const base::Value& golden) {
        spec::TextSpec spec;
        const base::Value& options = golden["options"];
        spec.vocabulary = options["vocabulary"].toInt(2000);
        spec.ngrams = options["ngrams"].toInt(1);
        spec.lowercase = options["lowercase"].toBool(true);
        if (!options["weighting"].text().empty())
            spec.weighting = options["weighting"].text();
        const std::vector<std::string> texts = textsIn(golden["texts"]);
        const data::WordCounts counts(spec, std::size_t(golden["learned"].toInt()),
                                      [&](std::size_t i) { return texts[i]; });
        CHECK(counts.words() == textsIn(golden["words"]));
        std::vector<double> numbers;
        for (const std::string& text : texts)
            for (const float number : counts.of(text))
                numbers.push_back(number);
        CHECK(tests::distance(numbers, tests::flat(golden["numbers"])) < 2e-6);
    });
}

TEST_CASE("words: broken UTF-8 parts words and does no harm")
{
    CHECK(data::wordsOf("good\xff"
                        "news \xc3 ab\xe2\x82",
                        true) == std::vector<std::string>{"good", "news", "ab"});
}

TEST_CASE("audio: resampling is torchaudio's")
{
    eachGolden("resample", [](const base::Value& golden) {
        const std::int64_t frames = golden["frames"].toInt();
        const std::vector<float> wave = scaledWave(frames, 0.3, 0.5);
        const auto made = data::resampled(wave.data(), frames, golden["from"].toInt(), golden["to"].toInt());
        CHECK(tests::distance(doublesOf(made), tests::flat(golden["numbers"])) < 2e-6);
    });
}

TEST_CASE("audio: the log-mel spectrogram is torchaudio's")
{
    eachGolden("mel", [](const base::Value& golden) {
        spec::AudioSpec spec;
        spec.sampleRate = golden["sample_rate"].toInt();
        spec.nFft = golden["n_fft"].toInt();
        spec.hopLength = golden["hop_length"].toInt();
        spec.nMels = golden["n_mels"].toInt();
        const std::int64_t frames = golden["frames"].toInt();
        std::vector<float> wave;
        for (const double value : tests::wave(frames, 1.1))
            wave.push_back(float(0.4 * value + 0.1 * std::sin(0.37 * double(wave.size() * wave.size()))));
        const data::LogMel mel(spec);
        CHECK(mel.columns(frames) == golden["shape"].array()[1].toInt());
        CHECK(tests::distance(doublesOf(mel.of(wave)), tests::flat(golden["numbers"])) < 1e-4);
    });
}

TEST_CASE("audio: recordings of any length and rate get one shape; the longest training row decides it")
{
    const data::Loaded loaded = samplesOf(
        data::Modality::Audio, {recording(1, 4000, 8000), recording(2, 1600, 16000), recording(1, 90000, 16000)});
    spec::DataSpec spec;
    spec.audio.nMels = 16;
    const std::vector<std::int64_t> train{0, 1};
    const auto made = data::makeFeaturizer(loaded, spec, train);
    REQUIRE(made);
    // Half a second of 16,000 frames a second, in steps of 160.
    CHECK((*made)->shape() == std::vector<std::int64_t>{1, 16, 51});
    CHECK(data::inputsOf(*loaded.samples, made->get(), (*made)->shape()));
    spec.audio.seconds = 0.001;
    const auto brief = data::makeFeaturizer(loaded, spec, train);
    REQUIRE(brief);
    CHECK((*brief)->shape() == std::vector<std::int64_t>{1, 16, 2});
    CHECK(data::inputsOf(*loaded.samples, brief->get(), (*brief)->shape()));
}

TEST_CASE("images: resizing and the cut around the middle are torchvision's, with boxes and masks")
{
    eachGolden("image", [](const base::Value& golden) {
        const auto shape = golden["shape"].array();
        data::Sample image = picture(shape[0].toInt(), shape[1].toInt(), shape[2].toInt());
        const float height = float(image.height()), width = float(image.width());
        image.boxes = {{1, 2, width - 1, height - 2, 3}, {0, 0, 1, 1, 4}};
        for (std::int64_t i = 0; i < image.height() * image.width(); ++i)
            image.mask.push_back(std::uint8_t(i % 5));
        data::resizeAndCrop(image, golden["size"].toInt());
        CHECK(tests::distance(doublesOf(image.values), tests::flat(golden["numbers"])) < 2e-6);
        std::vector<double> mask(image.mask.begin(), image.mask.end());
        CHECK(mask == tests::flat(golden["mask"]));
        std::size_t kept = 0;
        for (const base::Value& box : golden["boxes"].array()) {
            const std::vector<double> expected = tests::flat(box);
            // Where the cut leaves nothing of a box, torchvision keeps an empty one.
            if (expected[0] >= expected[2] || expected[1] >= expected[3])
                continue;
            REQUIRE(kept < image.boxes.size());
            const data::Box& made = image.boxes[kept++];
            CHECK(tests::distance({made.left, made.top, made.right, made.bottom}, expected) < 1e-5);
        }
        CHECK(kept == image.boxes.size());
    });
}

TEST_CASE("images: colour becomes grey as in torchvision, grey three times itself; transparency goes")
{
    eachGolden("grey", [](const base::Value& golden) {
        data::Sample image = picture(3, 2, 2);
        data::setChannels(image, 1);
        CHECK(tests::distance(doublesOf(image.values), tests::flat(golden["numbers"])) < 1e-6);
        data::setChannels(image, 3);
        CHECK(image.shape == std::vector<std::int64_t>{3, 2, 2});
        CHECK(std::equal(image.plane(0), image.plane(0) + 4, image.plane(2)));
    });
    data::Sample clear = picture(4, 2, 2);
    const std::vector<float> before = clear.values;
    data::setChannels(clear, 3);
    CHECK(clear.values == std::vector<float>(before.begin(), before.begin() + 12));
}

TEST_CASE("images: sizes that differ become 64, equal ones stay; grey stays grey unless one picture has colour")
{
    const auto shapeOf = [](std::vector<data::Sample> pictures, spec::ImageSpec image) {
        const data::Loaded loaded = samplesOf(data::Modality::Image, std::move(pictures));
        spec::DataSpec spec;
        spec.image = image;
        const auto made = data::makeFeaturizer(loaded, spec, allRows(loaded));
        REQUIRE(made);
        CHECK(data::inputsOf(*loaded.samples, made->get(), (*made)->shape()));
        return (*made)->shape();
    };
    CHECK(shapeOf({picture(1, 9, 7), picture(1, 9, 7)}, {}) == std::vector<std::int64_t>{1, 9, 7});
    CHECK(shapeOf({picture(1, 9, 7), picture(3, 9, 7)}, {}) == std::vector<std::int64_t>{3, 9, 7});
    CHECK(shapeOf({picture(1, 9, 7), picture(3, 80, 90)}, {.channels = "grey"}) ==
          std::vector<std::int64_t>{1, 64, 64});
    CHECK(shapeOf({picture(3, 9, 7)}, {.size = 5}) == std::vector<std::int64_t>{3, 5, 5});
}

TEST_CASE("images: a built-in set of one size is resized too, the same in training and in its own test rows")
{
    spec::Experiment experiment = tests::experimentOn("fashion-mnist");
    experiment.data.rows = 40;
    experiment.data.image.size = 14;
    experiment.data.image.channels = "rgb";
    const auto module = data::DataModule::open(experiment);
    REQUIRE(module);
    CHECK(module->info().inputShape == std::vector<std::int64_t>{3, 14, 14});
    CHECK(module->rows(data::SplitName::Test).size() == 10000);
    const auto sample = module->sample(10007);
    REQUIRE(sample);
    data::Sample made = *sample;
    std::vector<float> finished(3 * 14 * 14);
    REQUIRE(module->finish(made, finished.data()));
    const std::int64_t row = 10007;
    CHECK(finished == tests::floatsOf(module->gather({&row, 1}).input));
}

TEST_CASE("series: shorter ones go on with their last value, longer ones are cut")
{
    const data::Loaded loaded = samplesOf(data::Modality::Series, {{.shape = {1, 2}, .values = {1, 2}},
                                                                   {.shape = {1, 3}, .values = {3, 4, 5}},
                                                                   {.shape = {1, 5}, .values = {6, 7, 8, 9, 10}}});
    const std::vector<std::int64_t> train{0, 1};
    const auto made = data::makeFeaturizer(loaded, {}, train);
    REQUIRE(made);
    const auto inputs = data::inputsOf(*loaded.samples, made->get(), (*made)->shape());
    REQUIRE(inputs);
    CHECK(tests::floatsOf(*inputs) == std::vector<float>{1, 2, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("texts: a table whose only feature is free text becomes counts of the training rows' words")
{
    const TempFolder folder;
    std::string csv = "review,verdict\n";
    for (int i = 0; i < 40; ++i)
        csv += i % 2 ? "truly bad film number" + std::to_string(i) + " of many,bad\n"
                     : "very good film number" + std::to_string(i) + " of all,good\n";
    const auto module = data::DataModule::open(tests::experimentOnFile(folder.file("reviews.csv", csv)));
    REQUIRE(module);
    CHECK(module->info().modality == data::Modality::Text);
    CHECK(module->info().classes == std::vector<std::string>{"bad", "good"});
    const std::vector<std::string>& words = module->info().features;
    CHECK(module->info().inputShape == std::vector<std::int64_t>{std::int64_t(words.size())});
    for (const std::int64_t row : module->rows(data::SplitName::Train))
        CHECK(std::find(words.begin(), words.end(), "number" + std::to_string(row)) != words.end());
    for (const std::int64_t row : module->rows(data::SplitName::Validation))
        CHECK(std::find(words.begin(), words.end(), "number" + std::to_string(row)) == words.end());
    const auto inputs = module->readInputs(folder.file("new.csv", "number,review\n1,an utterly good one\n2,\n"));
    REQUIRE(inputs);
    CHECK(inputs->sizes().vec() == std::vector<std::int64_t>{2, std::int64_t(words.size())});
    CHECK(inputs->select(0, 0).norm().item<float>() == Approx(1));
}

TEST_CASE("texts: naming one column of free text is enough beside other features")
{
    const TempFolder folder;
    const auto file =
        folder.file("t.csv", "size,words,y\n1,one two three,a\n2,four five six seven,b\n3,eight nine ten,a\n"
                             "4,two and four,b\n5,five or so,a\n6,no more words,b\n");
    spec::Experiment experiment = tests::experimentOnFile(file);
    experiment.split.kind = "random";
    CHECK(data::DataModule::open(experiment)->info().modality == data::Modality::Table);
    experiment.data.features = {"words"};
    CHECK(data::DataModule::open(experiment)->info().modality == data::Modality::Text);
    experiment.data.features = {"size", "words"};
    CHECK(data::DataModule::open(experiment)->info().modality == data::Modality::Table);
}

TEST_CASE("samples: of several rows that do not fit, the first is told, with where it comes from")
{
    std::vector<data::Sample> pictures(40, picture(1, 4, 5));
    for (const std::size_t wrong : {7, 20, 33})
        pictures[wrong] = picture(1, 5, 4);
    std::vector<std::string> where;
    for (int i = 0; i < 40; ++i)
        where.push_back("picture " + std::to_string(i));
    const auto samples = data::heldSamples(pictures, where);
    for (int again = 0; again < 5; ++again) {
        const auto made = data::inputsOf(*samples, nullptr, {1, 4, 5});
        REQUIRE_FALSE(made);
        CHECK(made.error().message == "row 7 is 1×5×4, and 1×4×5 is needed");
        CHECK(made.error().where == "picture 7");
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/data/ops/masks.h"
#include "core/data/ops/series.h"
#include "core/data/ops/sinc.h"
#include "core/data/signals/spectral.h"
#include "core/data/transform.h"

#include <algorithm>
#include <numbers>

namespace tests::transforms_sound {

using namespace core;
using base::Draw;
using base::Object;
using base::Value;
using data::Sample;

// As the script beside the goldens makes it.
std::vector<double> sound()
{
    std::vector<double> values = wave(1600, 0.4);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = 0.4 * std::sin(2 * std::numbers::pi * 220 * double(i) / 8000) + 0.1 * values[i];
    return values;
}

Sample recording()
{
    const std::vector<double> values = sound();
    return {
        .modality = data::Modality::Audio, .shape = {1, 1600}, .values = {values.begin(), values.end()}, .rate = 8000};
}

Sample applied(const std::string& kind, Object params, Sample sample, std::uint64_t item = 0)
{
    const auto transform = data::allTransforms().make({kind, std::move(params)});
    REQUIRE(transform);
    (*transform)->apply(sample, Draw(6, "sound").within(item));
    return sample;
}

std::vector<double> everyNth(const at::Tensor& line, std::int64_t n)
{
    std::vector<double> chosen, all = numbersIn(line);
    for (std::size_t i = 0; i < all.size(); i += std::size_t(n))
        chosen.push_back(all[i]);
    return chosen;
}

TEST_CASE("sound: stretching, pitch and resampling are torchaudio's")
{
    const at::Tensor waveform = tensorOf(sound(), {1, 1600}, at::kFloat);
    int cases = 0;
    const base::Array goldens = golden("transforms.json");
    for (const Value& each : goldens[0]["audio"].array()) {
        INFO(base::writeJson(each["op"]) << " " << base::writeJson(each["rate"]) << base::writeJson(each["steps"]));
        const std::string& op = each["op"].text();
        at::Tensor made;
        if (op == "stretch")
            made = data::stretched(waveform, each["rate"].toReal(), {256, 64});
        else if (op == "pitch")
            made = data::pitchShifted(waveform, 8000, each["steps"].toReal(), 12, {256, 64});
        else {
            const auto line =
                data::resampled(waveform.const_data_ptr<float>(), 1600, each["from"].toInt(), each["to"].toInt());
            made = tensorOf({line.begin(), line.end()}, {1, -1}, at::kFloat);
        }
        CHECK(made.size(1) == each["length"].toInt());
        CHECK(distance(everyNth(made[0], each["every"].toInt()), flat(each["out"])) < 2e-4);
        ++cases;
    }
    CHECK(cases == 7);
}

TEST_CASE("sound: a stretch keeps the pitch, a shift keeps the length and moves the pitch")
{
    const auto crossings = [](const Sample& sample) {
        int count = 0;
        // Away from the ends.
        for (std::int64_t i = 200; i + 201 < sample.width(); ++i)
            count += sample.values[std::size_t(i)] < 0 && sample.values[std::size_t(i + 1)] >= 0;
        return double(count) / double(sample.width() - 401);
    };
    Sample tone{.modality = data::Modality::Audio, .shape = {1, 8000}, .rate = 8000};
    for (int i = 0; i < 8000; ++i)
        tone.values.push_back(float(0.5 * std::sin(2 * std::numbers::pi * 440 * i / 8000)));
    const Sample slow = applied("TimeStretch", {{"rate", base::Array{0.5, 0.5}}}, tone);
    CHECK(slow.width() == 16'000);
    CHECK(crossings(slow) == Approx(crossings(tone)).epsilon(0.02));
    const Sample octave = applied("PitchShift", {{"n_steps", base::Array{12, 12}}}, tone);
    CHECK(octave.width() == 8000);
    CHECK(crossings(octave) == Approx(2 * crossings(tone)).epsilon(0.02));
    Sample brief = tone;
    brief.values.resize(100);
    brief.shape = {1, 100};
    CHECK(applied("TimeStretch", {}, brief) == brief);
}

TEST_CASE("sound: noise has the ratio that was asked for")
{
    const Sample before = recording(), after = applied("AddNoise", {{"snr", base::Array{12, 12}}}, before);
    double signal = 0, noise = 0;
    for (std::size_t i = 0; i < before.values.size(); ++i) {
        signal += before.values[i] * before.values[i];
        noise += std::pow(after.values[i] - before.values[i], 2);
    }
    CHECK(10 * std::log10(signal / noise) == Approx(12).margin(0.01));
    Sample silence = before;
    std::fill(silence.values.begin(), silence.values.end(), 0.f);
    CHECK(applied("AddNoise", {}, silence) == silence);
}

TEST_CASE("sound: volume and shift")
{
    const Sample before = recording();
    const Sample louder = applied("Vol", {{"gain", base::Array{6.0206}}, {"gain_type", "db"}}, before);
    for (std::size_t i = 0; i < before.values.size(); ++i)
        REQUIRE(louder.values[i] == Approx(std::clamp(2 * before.values[i], -1.f, 1.f)).margin(1e-4));
    const Sample turned = applied("TimeShift", {{"shift", base::Array{0.25, 0.25}}}, before);
    const Sample cut = applied("TimeShift", {{"shift", base::Array{-0.25, -0.25}}, {"rollover", false}}, before);
    for (std::size_t i = 0; i < 1600; ++i) {
        REQUIRE(turned.values[(i + 400) % 1600] == before.values[i]);
        REQUIRE(cut.values[i] == (i < 1200 ? before.values[i + 400] : 0.f));
    }
}

TEST_CASE("spectrograms: masks cover whole bands and whole columns")
{
    Sample spectrogram{.modality = data::Modality::Audio, .shape = {2, 12, 20}};
    for (const double value : wave(2 * 12 * 20, 1))
        spectrogram.values.push_back(float(value + 3));
    for (std::uint64_t item = 0; item < 30; ++item) {
        const Sample bands = applied("FrequencyMasking", {{"freq_mask_param", 6}}, spectrogram, item);
        for (std::int64_t channel = 0; channel < 2; ++channel)
            for (std::int64_t band = 0; band < 12; ++band) {
                const float* line = bands.plane(channel) + band * 20;
                CHECK((std::count(line, line + 20, 0.f) % 20) == 0);
                // Without iid_masks the same for both channels.
                CHECK((line[0] == 0) == (bands.plane(0)[band * 20] == 0));
            }
        const Sample columns = applied("TimeMasking", {{"time_mask_param", 8}, {"p", 0.2}}, spectrogram, item);
        CHECK(std::count(columns.plane(0), columns.plane(0) + 20, 0.f) < 4);
    }
    // SpecAugment's masks are the mean.
    double sum = 0;
    for (const float value : spectrogram.values)
        sum += value;
    const float mean = float(sum / 480);
    const Sample both = applied("SpecAugment", {{"n_time_masks", 3}, {"time_mask_param", 9}}, spectrogram);
    int masked = 0;
    for (std::size_t i = 0; i < 480; ++i) {
        masked += both.values[i] != spectrogram.values[i];
        REQUIRE((both.values[i] == spectrogram.values[i] || both.values[i] == Approx(mean)));
    }
    CHECK(masked > 20);
}

TEST_CASE("series: splines are scipy's, and windows keep the ends")
{
    const Value spline = golden("transforms.json")[0]["spline"];
    CHECK(distance(data::cubicSpline(flat(spline["knots"]), flat(spline["values"]), data::evenly(0, 47, 48)),
                   flat(spline["out"])) < 1e-7);
    const std::vector<double> slower = data::warpedWindow(100, 20, 40, 2);
    CHECK(slower.front() == 0);
    CHECK(slower.back() == 99);
    CHECK(std::is_sorted(slower.begin(), slower.end()));
    // The window takes 40 of 120 steps, then 100 / 120 of that.
    const auto inWindow =
        std::count_if(slower.begin(), slower.end(), [](double place) { return place >= 20 && place <= 39; });
    CHECK(std::abs(inWindow - 33) <= 1);
}

TEST_CASE("series: noise and factors have their deviations, and channels keep their course")
{
    Sample series{.modality = data::Modality::Series, .shape = {400, 50}};
    series.values.assign(400 * 50, 2);
    const Sample jittered = applied("Jitter", {}, series), scaled = applied("Scaling", {}, series);
    double noise = 0, factors = 0;
    for (std::int64_t channel = 0; channel < 400; ++channel) {
        factors += std::pow(scaled.plane(channel)[0] / 2 - 1, 2);
        for (std::int64_t step = 0; step < 50; ++step) {
            noise += std::pow(jittered.plane(channel)[step] - 2, 2);
            REQUIRE(scaled.plane(channel)[step] == scaled.plane(channel)[0]);
        }
    }
    CHECK(std::sqrt(noise / 20'000) == Approx(0.03).epsilon(0.05));
    CHECK(std::sqrt(factors / 400) == Approx(0.1).epsilon(0.15));
    // A straight line, sliced, is a straight line of 0.9 of its slope.
    Sample line{.modality = data::Modality::Series, .shape = {1, 101}};
    for (int i = 0; i <= 100; ++i)
        line.values.push_back(float(i));
    const Sample sliced = applied("WindowSlicing", {}, line);
    for (int i = 1; i <= 100; ++i)
        REQUIRE(sliced.values[std::size_t(i)] - sliced.values[std::size_t(i - 1)] == Approx(0.9).margin(1e-3));
    // Constants stay constant in time.
    Sample constant = line;
    std::fill(constant.values.begin(), constant.values.end(), 5.f);
    CHECK(applied("TimeWarping", {}, constant) == constant);
    CHECK(applied("WindowWarping", {}, constant) == constant);
}

}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/generator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace core::data::sources::tones {

namespace {

struct Spec {
    std::int64_t classes = 4;
    double seconds = 0.5;
    std::int64_t sampleRate = 8000;
    double noise = 0.05;
    std::int64_t seed = 0;
};

constexpr double pi = std::numbers::pi;
const std::vector<std::string> kinds{"low", "high", "rising", "falling", "trill", "pulses", "chord", "hiss"};

// Recordings that are made when they are read.
class Recordings final : public SampleStore {
public:
    Recordings(Spec spec, std::int64_t rows) : m_spec(spec), m_rows(rows) {}

    std::int64_t size() const override { return m_rows; }
    std::int64_t labelOf(std::int64_t row) const
    {
        return std::int64_t(drawFor(row).below(0, std::uint64_t(m_spec.classes)));
    }

    base::Result<Sample> outline(std::int64_t) const override
    {
        return Sample{.modality = Modality::Audio, .shape = {1, frameCount()}, .rate = double(m_spec.sampleRate)};
    }

    base::Result<Sample> read(std::int64_t row) const override
    {
        const base::Draw draw = drawFor(row), noise = draw.within(1);
        const std::int64_t frames = frameCount();
        const std::size_t kind = std::size_t(labelOf(row));
        const double rate = double(m_spec.sampleRate), loud = draw.uniform(1, 0.3, 0.6);
        // The sound fills most of the recording, begins a little later in each and fades at both ends.
        const double length = draw.uniform(2, 0.6, 0.9) * m_spec.seconds,
                     begin = draw.uniform(3, 0, m_spec.seconds - length);
        Sample sample{.modality = Modality::Audio, .shape = {1, frames}, .rate = rate};
        double phase = draw.uniform(4, 0, 2 * pi);
        for (std::int64_t i = 0; i < frames; ++i) {
            const double along = (double(i) / rate - begin) / length;
            double value = m_spec.noise * noise.normal(std::uint64_t(i));
            if (along >= 0 && along <= 1) {
                phase += 2 * pi * pitch(kind, along, draw) / rate;
                const double fade = std::min({1.0, along / 0.1, (1 - along) / 0.1});
                value += loud * fade * sound(kind, along, phase, draw, std::uint64_t(i));
            }
            sample.values.push_back(float(std::clamp(value, -1.0, 1.0)));
        }
        return sample;
    }

private:
    Spec m_spec;
    std::int64_t m_rows;

    std::int64_t frameCount() const { return std::int64_t(m_spec.seconds * double(m_spec.sampleRate)); }
    base::Draw drawFor(std::int64_t row) const { return drawOf("tones", m_spec.seed).within(std::uint64_t(row)); }

    // Hz, `along` the sound from 0 to 1.
    static double pitch(std::size_t kind, double along, const base::Draw& draw)
    {
        const double base = draw.uniform(5, 0.9, 1.1);
        switch (kind) {
        case 0:
            return 250 * base;
        case 1:
            return 900 * base;
        case 2:
            return 300 * base * std::pow(4, along);
        case 3:
            return 1200 * base * std::pow(4, -along);
        case 4:
            return 500 * base * (1 + 0.25 * std::sin(2 * pi * 5 * along));
        case 5:
            return 600 * base;
        default:
            return 400 * base;
        }
    }

    static double harmonics(double phase, double falloff)
    {
        double sum = 0, all = 0;
        for (int h = 1; h <= 4; ++h) {
            const double weight = std::pow(falloff, h - 1);
            sum += weight * std::sin(h * phase);
            all += weight;
        }
        return sum / all;
    }

    static double sound(std::size_t kind, double along, double phase, const base::Draw& draw, std::uint64_t frame)
    {
        const double falloff = draw.uniform(6, 0.3, 0.6);
        switch (kind) {
        case 5:
            return harmonics(phase, falloff) * (std::fmod(along * 5, 1) < 0.5 ? 1 : 0);
        case 6:
            return (harmonics(phase, falloff) + harmonics(1.26 * phase, falloff) + harmonics(1.5 * phase, falloff)) / 3;
        case 7:
            return 0.5 * draw.within(2).normal(frame);
        default:
            return harmonics(phase, falloff);
        }
    }
};

class Tones final : public Source {
public:
    explicit Tones(Spec spec) : m_spec(spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_CHECK(checkTask(request, {"classification"}));
        const std::int64_t frames = std::int64_t(m_spec.seconds * double(m_spec.sampleRate));
        CORE_TRY(rows, rowsToMake(request, 400, m_spec.classes, frames));
        const auto recordings = std::make_shared<const Recordings>(m_spec, rows);
        Loaded loaded;
        loaded.info = {.name = "tones",
                       .task = "classification",
                       .modality = Modality::Audio,
                       .rows = rows,
                       .inputShape = {1, frames},
                       .classes = {kinds.begin(), kinds.begin() + m_spec.classes},
                       .target = "sound"};
        loaded.targets = tensor::empty({rows}, at::kLong);
        for (std::int64_t row = 0; row < rows; ++row)
            loaded.targets.mutable_data_ptr<std::int64_t>()[row] = recordings->labelOf(row);
        loaded.samples = recordings;
        return loaded;
    }

private:
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<Tones>(
        "tones", "Tones",
        "Short sounds to tell apart: low and high ones, rising and falling ones, trills, pulses, chords, hisses, each "
        "with its own pitch, loudness and moment. What a network sees is their spectrogram.",
        base::Fields<Spec>{}
            .add("classes", &Spec::classes, base::Int{2, 8}, {"How many kinds of sound there are."})
            .add("seconds", &Spec::seconds, base::Real{0.05, 60}, {"Length of each recording."}, {.unit = "s"})
            .add("sample_rate", &Spec::sampleRate, base::Int{4000, 48'000}, {"Frames of a second."}, {.unit = "Hz"})
            .add("noise", &Spec::noise, base::Real{0, 1},
                 {"Standard deviation of a hiss over the whole recording, which reaches from −1 to 1.",
                  {},
                  "Clean tones.",
                  "The tones drown."},
                 {.live = true})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, other recordings."}));
}

}

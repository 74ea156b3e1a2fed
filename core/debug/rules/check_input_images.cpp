// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <map>

namespace core::debug::rules::check_input_images {

namespace {

struct Spec {
    double thresholdMean = 0.2;
    std::int64_t thresholdSamples = 500;
    Names regex{".*hybridsequential0_input_0"};
    std::int64_t channel = 1;
};

/// From threshold_samples pictures on: fires where the mean of any channel over all of them is further than
/// threshold_mean from zero.
class CheckInputImages final : public Rule {
public:
    explicit CheckInputImages(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<Need> needs() const override
    {
        // Of runs of this program: what the network is given.
        Selection pictures{{}, m_spec.regex};
        if (m_spec.regex == Spec{}.regex)
            pictures.regexes.push_back("^input_0$");
        return {{pictures, {"images", "channel_mean(*," + std::to_string(m_spec.channel) + ")"}}};
    }

    Verdict at(const Moment& now) override
    {
        for (const Watched& tensor : now.tensors()) {
            const double pictures = now.value(tensor, 0);
            if (!(pictures > 0))
                continue;
            Sums& sums = m_sums[tensor.tensor];
            sums.pictures += pictures;
            for (std::size_t i = 1; i < tensor.sources.size(); ++i)
                if (now.has(tensor, i))
                    sums.channels[std::int64_t(tensor.sources[i].arguments[0])] += pictures * now.value(tensor, i);
            if (sums.pictures < double(m_spec.thresholdSamples))
                continue;
            if (Verdict far = judge(tensor.tensor, sums))
                return far;
        }
        return {};
    }

private:
    struct Sums {
        double pictures = 0;
        std::map<std::int64_t, double> channels;
    };
    Spec m_spec;
    std::map<std::string, Sums> m_sums;

    Verdict judge(const std::string& name, const Sums& sums) const
    {
        Verdict worst;
        for (const auto& [channel, sum] : sums.channels) {
            const double mean = sum / sums.pictures;
            if (std::abs(mean) > m_spec.thresholdMean && (!worst || std::abs(mean) > std::abs(worst->value)))
                worst =
                    Hit{name, mean, m_spec.thresholdMean,
                        "Channel " + std::to_string(channel) + " of the pictures is " + figure(mean) +
                            " on average over " + figure(sums.pictures) + " pictures: they are not centred at zero."};
        }
        return worst;
    }
};

}

void enroll(Rules& all)
{
    all.add<CheckInputImages>(
        "CheckInputImages", "Pictures are not normalized",
        "Fires when the pixels of the pictures are not centred at zero.",
        {"Networks learn best from inputs around zero: with all of them above it, the weights of a neuron can only "
         "move together.",
         {{"Pixels were handed on as 0 … 1 or 0 … 255.", {clue::unnormalized()}},
          {"Mean and deviation of other pictures were used.",
           {clue::settingIs("data.normalize", {"given", "imagenet"}, 0.7)}}},
         {"normalize"},
         false,
         true},
        base::Fields<Spec>{}
            .add("threshold_mean", &Spec::thresholdMean, base::Real{.min = 0}, {"How far from zero the mean may lie."})
            .add("threshold_samples", &Spec::thresholdSamples, base::Int{1},
                 {"Pictures that are seen before it speaks."}, {.unit = "pictures"})
            .add("regex", &Spec::regex, spec::listOf(base::Text{}),
                 {"The pictures. SageMaker's default stands for what the network is given."})
            .add("channel", &Spec::channel, base::Int{0, 8}, {"The axis that the channels lie along."}));
}

}

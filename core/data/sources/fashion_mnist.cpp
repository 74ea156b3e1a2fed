// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pictures/idx_set.h"

#include <cstdlib>
#include <filesystem>

namespace core::data::sources::fashion_mnist {

namespace {

struct Spec {};

// Xiao, Rasul, Vollgraf (2017): Fashion-MNIST, a novel image dataset for benchmarking machine learning algorithms.
class FashionMnist final : public Source {
public:
    explicit FashionMnist(Spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        const char* given = std::getenv("DESCENT_FASHION_MNIST");
        const std::filesystem::path folder = given && *given ? given : "/usr/share/datasets/fashion-mnist";
        auto files = findIdxFiles(folder, {});
        if (!files) {
            base::Error error = std::move(files).error();
            error.message = "Fashion-MNIST is not here: " + error.message;
            error.advice = "Install the Debian package dataset-fashion-mnist, or name a folder with its four files in "
                           "the environment variable DESCENT_FASHION_MNIST";
            return error;
        }
        IdxSetOptions options;
        options.name = "fashion-mnist";
        options.classNames = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                              "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
        options.classes = 10;
        return loadIdxSet(*files, request, options);
    }
};

}

void enroll(Sources& all)
{
    all.add<FashionMnist>(
        "fashion-mnist", "Fashion-MNIST",
        "70,000 grey pictures of clothes, 28 × 28, in 10 classes, of which 10,000 are kept for the test. Harder than "
        "handwritten digits: a linear model reaches about 84 %, a small convolutional network over 90 %.",
        base::Fields<Spec>{});
}

}

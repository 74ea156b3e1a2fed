// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/train/optimizer.h"

namespace tests::optimizer {

using namespace core;
using base::Object;
using tensor::NamedTensor;

std::vector<NamedTensor> oneParameter(std::int64_t length = 2)
{
    return {{"0.weight", tensor::zeros({length}).set_requires_grad(true)}};
}

// Where the parameter's first element is after one step with gradient 1.
double stepped(train::Optimizer& optimizer, const std::vector<NamedTensor>& parameters, double lr)
{
    const_cast<at::Tensor&>(parameters[0].tensor).mutable_grad() = tensorOf({1, 1}, {2}, at::kFloat);
    optimizer.step(lr);
    return numbersIn(parameters[0].tensor)[0];
}

TEST_CASE("live parameters change between steps")
{
    const auto parameters = oneParameter();
    const auto sgd = train::allOptimizers().make({"sgd", Object{{"momentum", 0.5}}}, parameters);
    REQUIRE(sgd);
    CHECK(stepped(**sgd, parameters, 1) == Approx(-1));
    CHECK(stepped(**sgd, parameters, 1) == Approx(-2.5));
    CHECK((*sgd)->edit(Object{{"kind", "sgd"}, {"momentum", 0.0}, {"lr", 0.2}}));
    CHECK(stepped(**sgd, parameters, 1) == Approx(-3.5));
}

TEST_CASE("what is built in cannot change between steps")
{
    const auto parameters = oneParameter();
    const auto rmsprop = train::allOptimizers().make({"rmsprop", Object{}}, parameters);
    REQUIRE(rmsprop);
    CHECK((*rmsprop)->edit(Object{{"centered", false}}));
    CHECK_FALSE((*rmsprop)->edit(Object{{"alpha", 0.5}, {"centered", true}}));
    CHECK_FALSE((*rmsprop)->edit(Object{{"speed", 3}}));
}

TEST_CASE("nesterov without momentum is refused, also live")
{
    const auto parameters = oneParameter();
    const auto refused = train::allOptimizers().make({"sgd", Object{{"nesterov", true}}}, parameters);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/train/optimizer/nesterov");
    const auto sgd = train::allOptimizers().make({"sgd", Object{{"nesterov", true}, {"momentum", 0.9}}}, parameters);
    REQUIRE(sgd);
    CHECK_FALSE((*sgd)->edit(Object{{"momentum", 0.0}}));
}

TEST_CASE("a saved state that does not fit is refused whole")
{
    const auto small = oneParameter(), large = oneParameter(5);
    const auto adam = train::allOptimizers().make({"adam", Object{}}, small);
    const auto other = train::allOptimizers().make({"adam", Object{}}, large);
    REQUIRE(adam);
    REQUIRE(other);
    stepped(**adam, small, 0.1);
    std::vector<base::Blob> saved;
    for (const auto& named : (*adam)->state())
        saved.push_back(tensor::toBlob(named.name, named.tensor));
    const std::string before = tensor::digestOf((*other)->state());
    const auto misshapen = (*other)->load(saved);
    REQUIRE_FALSE(misshapen);
    CHECK(misshapen.error().where == "exp_avg/0.weight");
    CHECK(tensor::digestOf((*other)->state()) == before);
    saved.pop_back();
    const auto missing = (*adam)->load(saved);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().where == "exp_avg_sq/0.weight");
}

}

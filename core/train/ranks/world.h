// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/blob.h"
#include "core/base/value.h"
#include "core/model/network.h"
#include "core/train/ranks/microscope.h"
#include "core/train/ranks/place.h"

#include <memory>
#include <vector>

namespace core::train::ranks {

/// Who stands at a rank.
struct Member {
    std::int64_t rank = 0;
    std::int64_t process = 0; ///< its id
    std::string host;
    bool seen = false; ///< its process can be looked for from here
};

/// What rank 0 has the others do between two steps; with tensors where a state is handed over.
struct Order {
    base::Value what; ///< null: the next step
    std::vector<base::Blob> tensors = {};
};

/// The ranks that train together, as one of them sees it: c10d's process group over Gloo, and memory that they share
/// where all are of one machine (not where DESCENT_SHM_DISABLE is 1). All of them call sum(),
/// share() and what stands on them in the same order. Where another rank is lost, each of these throws base::Thrown
/// with an error that names it. For one thread at a time.
class World final : public model::AcrossRanks {
public:
    /// The one that listens for the others, of a world on this machine: port and token are made where they are left
    /// out. Returns at once; meet() waits for the others.
    /// `startS`: how long ranks are waited for that have not come yet.
    static base::Result<std::shared_ptr<World>> open(Place place, double timeoutS, double startS = usualStartS);
    /// So many ranks of this process, each for a thread of its own. They meet when all have called meet().
    static base::Result<std::vector<std::shared_ptr<World>>> ofThreads(std::int64_t size, double timeoutS);
    static constexpr double usualStartS = 60;
    ~World() override;

    /// Returns when all have come. An error, and lost(), where one has not after startS, as rank 0 sees it; the others
    /// wait for its word.
    base::Status meet();

    const Place& place() const;
    std::int64_t rank() const { return place().rank; }
    std::int64_t size() const { return place().size; }
    /// Since meet().
    const std::vector<Member>& members() const;
    /// How many of them stand on this one's machine.
    std::int64_t ranksHere() const;

    void sum(const at::Tensor& values) override;
    /// Begins a sum that is done beside what follows; the function returned waits for it.
    std::function<void()> sumBeside(const at::Tensor& values);
    /// Becomes what it is at rank 0.
    void share(const at::Tensor& values);
    /// Become what they are at `rank`, in one message.
    void shareFrom(std::int64_t rank, const std::vector<at::Tensor>& all);
    Microscope& microscope();
    /// Rank 0 tells the others what comes next, and they hear it, however long that takes.
    void tell(const Order& order);
    Order hear();

    /// What went wrong here is told to the others before this rank leaves.
    void tellTrouble(const base::Error& error);
    /// Which rank is to blame for an exception of a collective; lost() holds from here on.
    base::Error blame(const std::string& what);
    bool lost() const;
    /// The replicas are not the same any more, as `rank` shows: nothing of this world's is gone on with.
    base::Error differsAt(std::int64_t rank);
    bool differ() const;
    /// This rank goes on no more: the others see that it is gone.
    void leave();
    bool left() const;

    /// Whether whoever started the ranks knows that one has ended; else their processes are looked for.
    void askWhoIsGone(std::function<bool(std::int64_t rank)> gone);
    /// All are as far as this, however long the slowest takes.
    void await(const char* what, double patienceS = 600);

    /// Those that go on together after a loss.
    struct Regrouped {
        std::shared_ptr<World> world;
        std::vector<std::int64_t> was; ///< the rank that each had before; −1: it is to be started, or has just come
    };
    /// At rank 0 after a loss, when nothing of this world is used any more: waits until each of the others has noticed
    /// or is known to be gone. `replace`: as many ranks as before; else those that are left.
    Regrouped regroup(bool replace);
    /// The same at another rank: waits for what rank 0 decides; nullptr: this rank is done.
    std::shared_ptr<World> next();
    /// In a world of threads: rank `rank` of it, for a thread of its own.
    std::shared_ptr<World> beside(std::int64_t rank);

    /// Errors say where it happened.
    void at(std::int64_t step);

    struct Parts; ///< c10d's, for the sources of core/train/ranks alone
    Parts& parts() { return *m_parts; }

private:
    explicit World(std::unique_ptr<Parts> parts);
    void stillHere() const;
    base::Status come(const char* what, std::int64_t other, double until);
    base::Status giveUp(std::int64_t other, bool ended);
    base::Status meetInMemory(double until);
    std::shared_ptr<World> successor(std::int64_t rank, std::int64_t size, const std::string& token);
    std::unique_ptr<Parts> m_parts;
};

/// A sum of digests of each rank, the same on all of them.
struct Digests {
    std::vector<std::int64_t> ofRank;
    /// The first rank that differs from rank 0; −1: none.
    std::int64_t other() const;
};
Digests compare(World& world, const std::vector<std::uint32_t>& digests);

}
